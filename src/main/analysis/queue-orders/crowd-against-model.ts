import { jsDivergence } from '../measures/js-divergence.ts';
import { byScore, type Order } from './order.ts';

/** By the Jensen–Shannon divergence of votes and probabilities. */
export const crowdAgainstModel: Order<'crowd-against-model'> = {
  name: 'crowd-against-model',
  label: 'Crowd against model',
  explanation: 'The faces where votes and probabilities are furthest apart come first.',
  scoreLabel: 'JS divergence',
  needsRun: true,
  rank: byScore(({ input }) => (input === null ? null : jsDivergence.compute(input))),
};
