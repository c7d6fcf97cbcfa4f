import { GraphError } from '../../../../shared/errors.ts';
import { float, numberAttribute, text, textAttribute } from '../attributes.ts';
import { evaluateElementwise, inferElementwise, inferSame } from '../elementwise.ts';
import { apply, scalarLike, type Value } from '../graph.ts';
import type { OpDefinition } from '../op.ts';
import { sameShape } from '../shape.ts';
import { add, div, exp, maximum, minimum, mul, neg, type Operand, sub } from './arithmetic.ts';
import { and, equal, greater, indicator, less, where } from './comparison.ts';

/** The logistic function 1 ÷ (1 + e⁻ˣ). */
export const sigmoid = (x: Value): Value => apply(Sigmoid, [x]);
/** The hyperbolic tangent. */
export const tanh = (x: Value): Value => apply(Tanh, [x]);
/** The error function 2/√π · ∫₀ˣ e^(−t²) dt. */
export const erf = (x: Value): Value => apply(Erf, [x]);
/** max(x, 0); its gradient at 0 is 0. */
export const relu = (x: Value): Value => apply(Relu, [x]);
/** x where it is positive, `alpha`·x elsewhere. */
export const leakyRelu = (x: Value, alpha = 0.01): Value => apply(LeakyRelu, [x], { alpha: float(alpha) });
/** x where it is positive, slope·x elsewhere; `slope` broadcasts to x: [C, 1, 1] for a slope a channel of an image. */
export const prelu = (x: Value, slope: Value): Value => apply(PRelu, [x, slope]);
/** x where it is positive, alpha·(eˣ − 1) elsewhere. */
export const elu = (x: Value, alpha = 1): Value => apply(Elu, [x], { alpha: float(alpha) });
/** log(1 + eˣ). */
export const softplus = (x: Value): Value => apply(Softplus, [x]);
/** alpha·x + beta, kept between 0 and 1. */
export const hardSigmoid = (x: Value, alpha = 0.2, beta = 0.5): Value =>
  apply(HardSigmoid, [x], { alpha: float(alpha), beta: float(beta) });

/** x kept between `min` and `max`, numbers or scalar tensors; null leaves a side open. Gradients pass at the bounds. */
export function clip(x: Value, min: Operand | null = null, max: Operand | null = null): Value {
  const bound = (limit: Operand | null): Value | null => (typeof limit === 'number' ? scalarLike(x, limit) : limit);
  return apply(Clip, [x, bound(min), bound(max)]);
}

/**
 * x·Φ(x), Φ the normal distribution's cumulative function, exactly (`none`) or by Hendrycks and Gimpel's tanh formula
 * (`tanh`). One op where the graph's operator set has it (20), composed of several below that.
 */
export function gelu(x: Value, approximate: 'none' | 'tanh' = 'none'): Value {
  if (x.graph.opset >= 20) return apply(Gelu, [x], { approximate: text(approximate) });
  if (approximate === 'tanh') return mul(x, sigmoid(tanhExponent(x)));
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

const anyShape = (build: (x: Value) => Value): OpDefinition['samples'] => ({
  'any shape': (random) => ({ inputs: [random.uniform(random.shape(2), -2, 2)], build: (x) => build(x!) }),
});

const aroundKinks = (build: (x: Value) => Value): OpDefinition['samples'] => ({
  'both sides of 0': (random) => ({ inputs: [random.apart(random.shape(2))], build: (x) => build(x!) }),
});

export const Sigmoid: OpDefinition = {
  type: 'Sigmoid',
  infer: inferSame,
  gradient: ({ outputs: [y] }, [dy]) => [() => mul(dy!, mul(y!, sub(1, y!)))],
  samples: anyShape(sigmoid),
};

export const Tanh: OpDefinition = {
  type: 'Tanh',
  infer: inferSame,
  gradient: ({ outputs: [y] }, [dy]) => [() => mul(dy!, sub(1, mul(y!, y!)))],
  samples: anyShape(tanh),
};

export const Erf: OpDefinition = {
  type: 'Erf',
  infer: inferSame,
  gradient: ({ inputs: [x] }, [dy]) => [() => div(mul(dy!, 2 / Math.sqrt(Math.PI)), exp(mul(x!, x!)))],
  samples: anyShape(erf),
};

export const Relu: OpDefinition = {
  type: 'Relu',
  infer: inferSame,
  gradient: ({ outputs: [y] }, [dy]) => [() => mul(dy!, indicator(greater(y!, 0), dy!))],
  evaluate: evaluateElementwise((x) => Math.max(x!, 0)),
  samples: aroundKinks(relu),
};

export const LeakyRelu: OpDefinition = {
  type: 'LeakyRelu',
  infer: inferSame,
  gradient: (node, [dy]) => [
    () => {
      const alpha = numberAttribute(node, 'alpha', 0.01);
      const positive = greater(node.inputs[0]!, 0);
      if (alpha < 0 || alpha > 1) return where(positive, dy!, mul(dy!, alpha));
      return mul(dy!, maximum(indicator(positive, dy!), alpha));
    },
  ],
  samples: {
    ...aroundKinks((x) => leakyRelu(x, 0.2)),
    'a slope above 1': (random) => ({ inputs: [random.apart([2, 3])], build: (x) => leakyRelu(x!, 1.5) }),
  },
};

export const PRelu: OpDefinition = {
  type: 'PRelu',
  infer: (call) => {
    const [type] = inferElementwise(call);
    if (!sameShape(type!.shape, call.inputs[0]!.shape)) throw new GraphError('The slope does not broadcast to x.');
    return [type!];
  },
  gradient: ({ inputs: [x, slope] }, [dy]) => [
    () => mul(dy!, where(greater(x!, 0), 1, slope!)),
    () => mul(dy!, minimum(x!, 0)),
  ],
  samples: {
    'a slope a channel': (random) => ({
      inputs: [random.apart([2, 3, 2, 2]), random.uniform([3, 1, 1])],
      build: (x, slope) => prelu(x!, slope!),
    }),
  },
};

export const Elu: OpDefinition = {
  type: 'Elu',
  infer: inferSame,
  gradient: (node, [dy]) => [
    () => {
      const alpha = numberAttribute(node, 'alpha', 1);
      return mul(dy!, where(greater(node.inputs[0]!, 0), 1, add(node.outputs[0]!, alpha)));
    },
  ],
  samples: aroundKinks((x) => elu(x, 0.7)),
};

export const Softplus: OpDefinition = {
  type: 'Softplus',
  infer: inferSame,
  gradient: ({ inputs: [x] }, [dy]) => [() => mul(dy!, sigmoid(x!))],
  samples: anyShape(softplus),
};

export const HardSigmoid: OpDefinition = {
  type: 'HardSigmoid',
  infer: inferSame,
  gradient: (node, [dy]) => [
    () => {
      const [y] = node.outputs;
      const inside = indicator(and(greater(y!, 0), less(y!, 1)), dy!);
      return mul(dy!, mul(inside, numberAttribute(node, 'alpha', 0.2)));
    },
  ],
  samples: aroundKinks((x) => hardSigmoid(x, 0.9, 0.4)),
};

export const Clip: OpDefinition = {
  type: 'Clip',
  infer: (call) => {
    const [x, ...bounds] = call.inputs;
    if (bounds.some((bound) => bound && (bound.dtype !== x!.dtype || bound.rank !== 0))) {
      throw new GraphError('The bounds must be scalars of the operand’s element type.');
    }
    return inferSame(call);
  },
  gradient: ({ inputs: [x, min, max], outputs: [y] }, [dy]) => [
    () => mul(dy!, indicator(equal(x!, y!), dy!)),
    min ? () => mul(dy!, indicator(less(x!, min), dy!)) : null,
    max ? () => mul(dy!, indicator(greater(x!, max), dy!)) : null,
  ],
  evaluate: (call) => {
    const [x, min, max] = call.inputs;
    const clamp = (number: number, limits: readonly number[]): number => {
      const low = min ? Math.max(number, limits[0]!) : number;
      return max ? Math.min(low, limits.at(-1)!) : low;
    };
    const inputs = [x!, min, max].filter((value) => value != null);
    return evaluateElementwise((number, ...limits) => clamp(number!, limits))({ ...call, inputs });
  },
  samples: {
    'between two bounds': (random) => ({ inputs: [random.apart([3, 4])], build: (x) => clip(x!, -0.55, 0.7) }),
    'from below, by a tensor': (random) => ({
      inputs: [random.apart([3, 4]), random.uniform([], -0.1, 0.1)],
      build: (x, min) => clip(x!, min!),
    }),
    'from above': (random) => ({ inputs: [random.apart([3, 4])], build: (x) => clip(x!, null, 0.3) }),
  },
};

export const Gelu: OpDefinition = {
  type: 'Gelu',
  infer: inferSame,
  gradient: (node, [dy]) => {
    const [x] = node.inputs;
    const slope = textAttribute(node, 'approximate', 'none') === 'tanh' ? tanhGeluSlope : geluSlope;
    return [() => mul(dy!, slope(x!))];
  },
  samples: {
    exact: (random) => ({ inputs: [random.uniform(random.shape(2), -2, 2)], build: (x) => gelu(x!) }),
    'by tanh': (random) => ({ inputs: [random.uniform(random.shape(2), -2, 2)], build: (x) => gelu(x!, 'tanh') }),
  },
};

/**
 * Φ(x) + x·φ(x) with φ(x) = e^(−x²/2)/√2π. It is most of a transformer's backward time outside the matrix products,
 * so it is written in few passes over memory: HardSigmoid halves and shifts at once, as erf stays within ±1, and
 * dividing by e^(x²/2) spares a factor of −1 in the exponent.
 */
function geluSlope(x: Value): Value {
  const scaled = mul(x, Math.SQRT1_2);
  const cumulative = hardSigmoid(erf(scaled), 0.5, 0.5);
  const density = div(mul(x, 1 / Math.sqrt(2 * Math.PI)), exp(mul(scaled, scaled)));
  return add(cumulative, density);
}

const TANH_LINEAR = 2 * Math.sqrt(2 / Math.PI);
const TANH_CUBIC = TANH_LINEAR * 0.044715;

/** z with σ(z) = (1 + tanh(√(2/π)·(x + 0.044715·x³))) ÷ 2: z = x·(a + b·x²). */
const tanhExponent = (x: Value): Value => mul(x, add(mul(mul(x, x), TANH_CUBIC), TANH_LINEAR));

/** σ(z) + x·z′·σ(z)·(1 − σ(z)), where x·z′ = 3·z − 2·a·x. */
function tanhGeluSlope(x: Value): Value {
  const z = tanhExponent(x);
  const cumulative = sigmoid(z);
  const inner = sub(mul(z, 3), mul(x, 2 * TANH_LINEAR));
  return mul(cumulative, add(mul(inner, sigmoid(neg(z))), 1));
}
