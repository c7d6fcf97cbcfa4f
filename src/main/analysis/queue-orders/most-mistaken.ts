import { mistakenness } from '../measures/mistakenness.ts';
import { byScore, type Order } from './order.ts';

/** By mistakenness: faces whose label a certain model contradicts come first. */
export const mostMistaken: Order<'most-mistaken'> = {
  name: 'most-mistaken',
  label: 'Most mistaken',
  explanation: 'The faces whose label the model contradicts with the greatest certainty come first.',
  scoreLabel: 'Mistakenness',
  needsRun: true,
  rank: byScore(({ input }) => (input === null ? null : mistakenness.compute(input))),
};
