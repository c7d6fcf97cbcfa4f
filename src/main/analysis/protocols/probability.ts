import { leadingVotes } from './leading-votes.ts';
import type { Protocol } from './protocol.ts';

/** Targets of FERPlus's probabilistic label drawing: the distribution a label is drawn from. */
export const probability: Protocol<'probability'> = {
  name: 'probability',
  label: 'Probability',
  explanation: 'The leading classes up to ¾ of the votes, at most three; training draws its label from them.',
  target: leadingVotes,
};
