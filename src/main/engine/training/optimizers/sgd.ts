import { add, mul, sub } from '../../onnx/ops/arithmetic.ts';
import type { Optimizer } from './optimizer.ts';

/** Stochastic gradient descent with momentum, weight decay and momentum as PyTorch has them. */
export const sgd: Optimizer = {
  name: 'sgd',
  describe: 'steps along the gradient, with momentum',
  moments: ['velocity'],
  coefficients: () => ({}),
  update: ({ weights, gradient, moments, learningRate, weightDecay }, { momentum, nesterov }) => {
    const decayed = weightDecay === 0 ? gradient : add(gradient, mul(weights, weightDecay));
    const velocity = add(mul(moments.velocity!, momentum), decayed);
    const direction = nesterov ? add(decayed, mul(velocity, momentum)) : velocity;
    return { weights: sub(weights, mul(direction, learningRate)), moments: { velocity } };
  },
};
