import type { Value } from '../../onnx/graph.ts';
import { add, div, mul, sqrt, sub } from '../../onnx/ops/arithmetic.ts';
import type { Optimizer, OptimizerSettings, Update, UpdateInputs } from './optimizer.ts';

/** What the averages of the first steps are too small by, for they start at zero: 1 ÷ (1 − β₁ᵗ), 1 ÷ √(1 − β₂ᵗ). */
export const biasCorrections = (step: number, { beta1, beta2 }: OptimizerSettings) => ({
  mean: 1 / (1 - beta1 ** step),
  deviation: 1 / Math.sqrt(1 - beta2 ** step),
});

/**
 * Adam's step (Kingma & Ba 2015) from `weights`: they move by the learning rate times the averaged gradient ÷ the
 * root of its averaged square, both corrected.
 */
export function adamStep(inputs: UpdateInputs, weights: Value, gradient: Value, settings: OptimizerSettings): Update {
  const { moments, learningRate, coefficients } = inputs;
  const { beta1, beta2, epsilon } = settings;
  const mean = add(mul(moments.mean!, beta1), mul(gradient, 1 - beta1));
  const square = add(mul(moments.square!, beta2), mul(mul(gradient, gradient), 1 - beta2));
  const denominator = add(mul(sqrt(square), coefficients.deviation!), epsilon);
  const step = mul(div(mean, denominator), mul(learningRate, coefficients.mean!));
  return { weights: sub(weights, step), moments: { mean, square } };
}

/** Adam with weight decay as part of the gradient, as PyTorch has it. */
export const adam: Optimizer = {
  name: 'adam',
  describe: 'steps scaled by each weight’s gradients so far',
  moments: ['mean', 'square'],
  coefficients: biasCorrections,
  update: (inputs, settings) => {
    const { weights, gradient, weightDecay } = inputs;
    const decayed = weightDecay === 0 ? gradient : add(gradient, mul(weights, weightDecay));
    return adamStep(inputs, weights, decayed, settings);
  },
};
