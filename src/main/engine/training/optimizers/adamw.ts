import { mul, sub } from '../../onnx/ops/arithmetic.ts';
import { adamStep, biasCorrections } from './adam.ts';
import type { Optimizer } from './optimizer.ts';

/** AdamW (Loshchilov & Hutter 2019): weights decay by the learning rate times the decay, whatever their gradients. */
export const adamw: Optimizer = {
  name: 'adamw',
  describe: 'Adam, weights decaying apart from their gradients',
  moments: ['mean', 'square'],
  coefficients: biasCorrections,
  update: (inputs, settings) => {
    const { weights, gradient, learningRate, weightDecay } = inputs;
    const kept = weightDecay === 0 ? weights : sub(weights, mul(weights, mul(learningRate, weightDecay)));
    return adamStep(inputs, kept, gradient, settings);
  },
};
