import { div } from '../../onnx/ops/arithmetic.ts';
import { reduceSum } from '../../onnx/ops/reduce.ts';
import { crossEntropyOf } from './cross-entropy.ts';
import type { Loss } from './loss.ts';

/** Cross-entropy with the crowd's votes, normalised to sum to one (Barsoum et al. 2016). */
export const softVotes: Loss = {
  name: 'soft_votes',
  describe: 'cross-entropy with the distribution of the votes',
  usesPrior: false,
  usesVotes: true,
  perFace: ({ logits, targets }) => crossEntropyOf(logits, div(targets, reduceSum(targets, [1], true))),
};
