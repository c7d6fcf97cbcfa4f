import { leadingVotes } from './leading-votes.ts';
import type { Protocol } from './protocol.ts';

/** Targets of FERPlus's cross-entropy training: the same distribution, used whole. */
export const crossEntropy: Protocol<'cross-entropy'> = {
  name: 'cross-entropy',
  label: 'Cross-entropy',
  explanation: 'The leading classes up to ¾ of the votes, at most three, as one soft target.',
  target: leadingVotes,
};
