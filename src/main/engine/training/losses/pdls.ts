import { UsageError } from '../../../../shared/errors.ts';
import type { Value } from '../../onnx/graph.ts';
import { add, mul } from '../../onnx/ops/arithmetic.ts';
import { crossEntropyOf } from './cross-entropy.ts';
import type { Loss, LossInputs } from './loss.ts';

/** α·t + (1 − α)·d: the label mixed with its class's row of the prior. Throws UsageError without a prior. */
export function smoothedByPrior({ targets, prior }: LossInputs, alpha: number): Value {
  if (prior === null) throw new UsageError('This loss needs a prior.');
  return add(mul(targets, alpha), mul(prior, 1 - alpha));
}

/** PDLS = −Σ_c (t_c·α + d_kc·(1−α))·log p_c: prior distribution label smoothing (the paper, section 2.3). */
export const pdls: Loss = {
  name: 'pdls',
  describe: 'label smoothing by the class prior',
  usesPrior: true,
  usesVotes: false,
  perFace: (inputs, { alpha }) => crossEntropyOf(inputs.logits, smoothedByPrior(inputs, alpha)),
};
