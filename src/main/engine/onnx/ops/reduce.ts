import { int, ints, listAttribute, numberAttribute } from '../attributes.ts';
import { apply, type TensorType, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { type Dim, normaliseAxis, type Shape, sizeOf } from '../shape.ts';
import { int64List, numbersOf } from '../tensor.ts';
import { mul } from './arithmetic.ts';
import { expand, reshape } from './shaping.ts';

/** The sum over `axes` (all of them when left out). */
export const reduceSum = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceSum, 13, x, axes, keepDims);

/** The mean over `axes` (all of them when left out). */
export const reduceMean = (x: Value, axes?: readonly number[], keepDims = false): Value =>
  reduce(ReduceMean, 18, x, axes, keepDims);

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

/** A reduction's cotangent or result repeated to the operand's shape. */
const spread = (call: Call, value: Value): Value => expand(reshape(value, keptShape(call)), call.inputs[0]!.shape);

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
