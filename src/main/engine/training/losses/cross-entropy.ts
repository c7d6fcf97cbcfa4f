import type { Value } from '../../onnx/graph.ts';
import { mul, neg } from '../../onnx/ops/arithmetic.ts';
import { reduceSum } from '../../onnx/ops/reduce.ts';
import { logSoftmax } from '../../onnx/ops/softmax.ts';
import type { Loss } from './loss.ts';

/** −Σ_c target_c · log p_c for each face, from logits and through log-softmax, so that no logarithm meets a zero. */
export const crossEntropyOf = (logits: Value, targets: Value): Value =>
  neg(reduceSum(mul(targets, logSoftmax(logits)), [1]));

/** CE = −Σ t log p. */
export const crossEntropy: Loss = {
  name: 'cross_entropy',
  describe: 'cross-entropy with the label',
  usesPrior: false,
  usesVotes: false,
  perFace: ({ logits, targets }) => crossEntropyOf(logits, targets),
};
