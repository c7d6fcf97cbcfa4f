import { voteEntropy } from '../measures/vote-entropy.ts';
import { byScore, type Order } from './order.ts';

/** By vote entropy over all classes, unknown and NF included. */
export const mostAmbiguous: Order<'most-ambiguous'> = {
  name: 'most-ambiguous',
  label: 'Most ambiguous',
  explanation: 'The faces that the crowd is least of one mind about come first.',
  scoreLabel: 'Vote entropy',
  needsRun: false,
  rank: byScore(({ face }) => voteEntropy.compute(face.votes)),
};
