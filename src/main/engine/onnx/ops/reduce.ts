import { int, ints, listAttribute, numberAttribute } from '../attributes.ts';
import { constantsOf } from '../elementwise.ts';
import { apply, type TensorType, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { type Dim, isStatic, normaliseAxis, type Shape, sizeOf, stridesOf } from '../shape.ts';
import { elementCount, int64List, numbersOf, tensorOf } from '../tensor.ts';
import { add, div, exp, mul, sub } from './arithmetic.ts';
import { equal, indicator, sign } from './comparison.ts';
import { expand, reshape } from './shaping.ts';

/** The sum over `axes` (all of them when left out). */
export const reduceSum = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceSum, 13, x, axes, keepDims);

/** The mean over `axes` (all of them when left out). */
export const reduceMean = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceMean, 18, x, axes, keepDims);

/** The greatest element over `axes`. Elements that tie share the gradient evenly. */
export const reduceMax = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceMax, 18, x, axes, keepDims);

/** The least element over `axes`. Elements that tie share the gradient evenly. */
export const reduceMin = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceMin, 18, x, axes, keepDims);

/** The product over `axes`. */
export const reduceProd = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceProd, 18, x, axes, keepDims);

/** Σ |x| over `axes`. */
export const reduceL1 = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceL1, 18, x, axes, keepDims);

/** √Σ x² over `axes`; its gradient is 0 where it is 0. */
export const reduceL2 = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceL2, 18, x, axes, keepDims);

/** Σ x² over `axes`. */
export const reduceSumSquare = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceSumSquare, 18, x, axes, keepDims);

/** log Σ eˣ over `axes`, computed without overflow. */
export const reduceLogSumExp = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceLogSumExp, 18, x, axes, keepDims);

/** Where along `axis` the first greatest element is, as int64. */
export const argMax = (x: Value, axis: number, keepDims = false): Value =>
  apply(ArgMax, [x], { axis: int(axis), keepdims: int(keepDims ? 1 : 0) });

/** Where along `axis` the first least element is, as int64. */
export const argMin = (x: Value, axis: number, keepDims = false): Value =>
  apply(ArgMin, [x], { axis: int(axis), keepdims: int(keepDims ? 1 : 0) });

/** The version of the operator set from which the axes are an operand rather than an attribute differs by op. */
function reduce(op: OpDefinition, operandSince: number, x: Value, axes: readonly number[] | undefined, keep: boolean) {
  const keepdims = int(keep ? 1 : 0);
  if (axes === undefined) return apply(op, [x], { keepdims });
  if (x.graph.opset < operandSince) return apply(op, [x], { keepdims, axes: ints(axes) });
  return apply(op, [x, x.graph.constant(int64List(axes))], { keepdims });
}

/** The axes a reduction sums over, counted from the front: an attribute, an operand, or all. */
function axesOf(call: Call): readonly number[] {
  const { rank } = call.inputs[0]!;
  const operand = call.inputs[1]?.constant;
  const axes = listAttribute(call, 'axes', operand ? numbersOf(operand) : []);
  if (axes.length > 0) return axes.map((axis) => normaliseAxis(axis, rank));
  return numberAttribute(call, 'noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

const keptShape = (call: Call): Shape => {
  const axes = axesOf(call);
  return call.inputs[0]!.shape.map((dim, axis): Dim => (axes.includes(axis) ? 1 : dim));
};

function inferReduction(call: Call): readonly (TensorType | null)[] {
  const [x, axesOperand] = call.inputs;
  if (axesOperand && axesOperand.constant === null) return [null];
  const axes = axesOf(call);
  const keep = numberAttribute(call, 'keepdims', 1) === 1;
  const shape = keep ? keptShape(call) : x!.shape.filter((_, axis) => !axes.includes(axis));
  return [{ dtype: x!.dtype, shape }];
}

/** A reduction's cotangent or result with its reduced axes kept as 1, so that it broadcasts with the operand. */
const kept = (call: Call, value: Value): Value => reshape(value, keptShape(call));

/** Evaluates a reduction of constants whose elements are combined one after the other. */
function evaluateReduction(
  combine: (total: number, element: number) => number,
  start: number,
): NonNullable<OpDefinition['evaluate']> {
  return (call) => {
    const [tensor] = constantsOf({ ...call, inputs: call.inputs.filter((input) => input !== null) }) ?? [];
    const type = call.op.infer(call)[0];
    if (!tensor || !type || !isStatic(type.shape)) return null;
    const axes = axesOf(call);
    const own = stridesOf(tensor.shape);
    const target = stridesOf(tensor.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)));
    const totals = new Array<number>(elementCount(type.shape)).fill(start);
    for (const [from, element] of numbersOf(tensor).entries()) {
      const to = tensor.shape.reduce(
        (sum, dim, axis) => sum + (axes.includes(axis) ? 0 : (Math.floor(from / own[axis]!) % dim) * target[axis]!),
        0,
      );
      totals[to] = combine(totals[to]!, element);
    }
    return [tensorOf(type.dtype, type.shape, totals)];
  };
}

/** A reduction's cotangent or result repeated to the operand's shape. */
const spread = (call: Call, value: Value): Value => expand(kept(call, value), call.inputs[0]!.shape);

const samplesOf = (
  build: (x: Value, axes?: readonly number[], keepDims?: boolean) => Value,
): OpDefinition['samples'] => ({
  'one axis, dropped': (random) => {
    const axis = random.integer(-3, 2);
    return { inputs: [random.apart(random.shape(3))], build: (x) => build(x!, [axis]) };
  },
  'two axes, kept': (random) => ({
    inputs: [random.apart(random.shape(3))],
    build: (x) => build(x!, [0, 2], true),
  }),
  'all axes': (random) => ({ inputs: [random.apart(random.shape(2))], build: (x) => build(x!) }),
});

export const ReduceSum: OpDefinition = {
  type: 'ReduceSum',
  infer: inferReduction,
  gradient: (node, [dy]) => [() => spread(node, dy!), null],
  evaluate: evaluateReduction((total, element) => total + element, 0),
  samples: samplesOf(reduceSum),
};

export const ReduceMean: OpDefinition = {
  type: 'ReduceMean',
  infer: inferReduction,
  gradient: (node, [dy]) => [
    () => {
      const count = Number(sizeOf(node.inputs[0]!.staticShape)) / Number(sizeOf(node.outputs[0]!.staticShape));
      return spread(node, mul(dy!, 1 / count));
    },
    null,
  ],
  samples: samplesOf(reduceMean),
};

/** An even share of the cotangent for each element that is the result. */
const gradientOfExtreme: NonNullable<OpDefinition['gradient']> = (node, [dy]) => {
  const [x] = node.inputs;
  return [
    () => {
      const winners = indicator(equal(x!, kept(node, node.outputs[0]!)), dy!);
      return mul(winners, div(kept(node, dy!), reduceSum(winners, axesOf(node), true)));
    },
    null,
  ];
};

export const ReduceMax: OpDefinition = {
  type: 'ReduceMax',
  infer: inferReduction,
  gradient: gradientOfExtreme,
  evaluate: evaluateReduction(Math.max, Number.NEGATIVE_INFINITY),
  samples: samplesOf(reduceMax),
};

export const ReduceMin: OpDefinition = {
  type: 'ReduceMin',
  infer: inferReduction,
  gradient: gradientOfExtreme,
  evaluate: evaluateReduction(Math.min, Number.POSITIVE_INFINITY),
  samples: samplesOf(reduceMin),
};

export const ReduceProd: OpDefinition = {
  type: 'ReduceProd',
  infer: inferReduction,
  gradient: (node, [dy]) => {
    const [x] = node.inputs;
    return [
      () => {
        const zeros = indicator(equal(x!, 0), dy!);
        const filled = add(x!, zeros);
        const otherZeros = sub(reduceSum(zeros, axesOf(node), true), zeros);
        const others = div(reduceProd(filled, axesOf(node), true), filled);
        return mul(kept(node, dy!), mul(others, indicator(equal(otherZeros, 0), dy!)));
      },
      null,
    ];
  },
  evaluate: evaluateReduction((total, element) => total * element, 1),
  samples: {
    ...samplesOf(reduceProd),
    'rows with one zero and with two': () => ({
      inputs: [{ kind: 'float', shape: [2, 3], values: [0.5, 0, -2, 0, 3, 0] }],
      build: (x) => reduceProd(x!, [1]),
    }),
  },
};

export const ReduceL1: OpDefinition = {
  type: 'ReduceL1',
  infer: inferReduction,
  gradient: (node, [dy]) => [() => mul(sign(node.inputs[0]!), kept(node, dy!)), null],
  samples: samplesOf(reduceL1),
};

export const ReduceL2: OpDefinition = {
  type: 'ReduceL2',
  infer: inferReduction,
  gradient: (node, [dy]) => {
    const [y] = node.outputs;
    const nonZero = (): Value => add(y!, indicator(equal(y!, 0), y!));
    return [() => mul(node.inputs[0]!, kept(node, div(dy!, nonZero()))), null];
  },
  samples: samplesOf(reduceL2),
};

export const ReduceSumSquare: OpDefinition = {
  type: 'ReduceSumSquare',
  infer: inferReduction,
  gradient: (node, [dy]) => [() => mul(node.inputs[0]!, kept(node, mul(dy!, 2))), null],
  samples: samplesOf(reduceSumSquare),
};

export const ReduceLogSumExp: OpDefinition = {
  type: 'ReduceLogSumExp',
  infer: inferReduction,
  gradient: (node, [dy]) => [() => mul(exp(sub(node.inputs[0]!, kept(node, node.outputs[0]!))), kept(node, dy!)), null],
  samples: samplesOf(reduceLogSumExp),
};

function inferArgument(call: Call): readonly TensorType[] {
  const { shape, rank } = call.inputs[0]!;
  const reduced = normaliseAxis(numberAttribute(call, 'axis', 0), rank);
  const keep = numberAttribute(call, 'keepdims', 1) === 1;
  return [{ dtype: 'int64', shape: shape.flatMap((dim, axis) => (axis !== reduced ? [dim] : keep ? [1] : [])) }];
}

const samplesOfArgument = (build: (x: Value, axis: number, keepDims?: boolean) => Value): OpDefinition['samples'] => ({
  'an axis, dropped': (random) => {
    const axis = random.integer(-3, 2);
    return { inputs: [random.apart(random.shape(3))], build: (x) => build(x!, axis) };
  },
  'an axis, kept': (random) => ({ inputs: [random.apart([2, 4])], build: (x) => build(x!, 1, true) }),
});

export const ArgMax: OpDefinition = { type: 'ArgMax', infer: inferArgument, samples: samplesOfArgument(argMax) };
export const ArgMin: OpDefinition = { type: 'ArgMin', infer: inferArgument, samples: samplesOfArgument(argMin) };
