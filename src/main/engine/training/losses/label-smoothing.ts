import { add, mul } from '../../onnx/ops/arithmetic.ts';
import { crossEntropyOf } from './cross-entropy.ts';
import type { Loss } from './loss.ts';

/** Cross-entropy with (1 − ε)·t + ε/C (Szegedy et al. 2016). */
export const labelSmoothing: Loss = {
  name: 'label_smoothing',
  describe: 'cross-entropy with the label, a share of it spread over all classes',
  usesPrior: false,
  usesVotes: false,
  perFace: ({ logits, targets }, { smoothing }) => {
    const classes = logits.shape[1] as number;
    return crossEntropyOf(logits, add(mul(targets, 1 - smoothing), smoothing / classes));
  },
};
