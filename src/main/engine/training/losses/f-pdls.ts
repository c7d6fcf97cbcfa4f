import { mul, pow, sub } from '../../onnx/ops/arithmetic.ts';
import { softmax } from '../../onnx/ops/softmax.ts';
import { crossEntropyOf } from './cross-entropy.ts';
import type { Loss } from './loss.ts';
import { smoothedByPrior } from './pdls.ts';

/** F-PDLS = −Σ_c (1−p_c)^γ·(t_c·α + d_kc·(1−α))·log p_c: PDLS with the focal factor (the paper, section 2.3). */
export const fPdls: Loss = {
  name: 'f_pdls',
  describe: 'label smoothing by the class prior, sure predictions discounted',
  usesPrior: true,
  usesVotes: false,
  perFace: (inputs, { alpha, gamma }) => {
    const { logits } = inputs;
    const doubt = sub(logits.graph.scalar(logits.dtype, 1), softmax(logits));
    const factor = gamma === 2 ? mul(doubt, doubt) : pow(doubt, gamma);
    return crossEntropyOf(logits, mul(factor, smoothedByPrior(inputs, alpha)));
  },
};
