import { GraphError } from '../../../../shared/errors.ts';
import { int, ints, listAttribute, numberAttribute } from '../attributes.ts';
import { inferSame } from '../elementwise.ts';
import { apply, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { listOf } from '../operands.ts';
import { offsets, select } from '../select.ts';
import {
  broadcast,
  broadcastAxes,
  type Dim,
  divideDim,
  isStatic,
  normaliseAxis,
  type Shape,
  sizeOf,
  stridesOf,
} from '../shape.ts';
import { int64List, numbersOf, type TensorData } from '../tensor.ts';

/** The same elements in another shape of as many; one dimension may be -1 or open, and is worked out. */
export function reshape(x: Value, shape: Shape): Value {
  const open = shape.filter((dim) => typeof dim === 'string').length;
  if (open > 1) throw new GraphError(`Reshape(${x}): [${shape.join(', ')}] has more than one open dimension.`);
  const dims = shape.map((dim) => (typeof dim === 'string' ? -1 : dim));
  return apply(Reshape, [x, x.graph.constant(int64List(dims))]);
}

/** The axes in another order: axis i of the result is axis `permutation[i]` of x. */
export const transpose = (x: Value, permutation: readonly number[]): Value =>
  apply(Transpose, [x], { perm: ints(permutation) });

/** x repeated along its dimensions of 1 to `shape`; as it is where it has that shape already. */
export function expand(x: Value, shape: Shape): Value {
  if (!isStatic(shape)) throw new GraphError(`Expand(${x}): [${shape.join(', ')}] must be fixed.`);
  return apply(Expand, [x, x.graph.constant(int64List(shape))]);
}

/** x without the axes `axes`, whose dimensions are 1. */
export const squeeze = (x: Value, axes: readonly number[]): Value => withAxes(Squeeze, x, axes);

/** x with dimensions of 1 put in, so that they are the result's axes `axes`. */
export const unsqueeze = (x: Value, axes: readonly number[]): Value => withAxes(Unsqueeze, x, axes);

/** The axes are an operand from operator set 13 on. */
const withAxes = (op: OpDefinition, x: Value, axes: readonly number[]): Value =>
  x.graph.opset < 13 ? apply(op, [x], { axes: ints(axes) }) : apply(op, [x, x.graph.constant(int64List(axes))]);

/** x as a matrix: the axes before `axis` as its rows, the others as its columns. */
export const flatten = (x: Value, axis = 1): Value => apply(Flatten, [x], { axis: int(axis) });

/** x under another name. */
export const identity = (x: Value): Value => apply(Identity, [x]);

/** The gradient of ops that only give their elements another shape: the cotangent in the operand's. */
const reshaped: OpDefinition['gradient'] = ({ inputs: [x] }, [dy]) => [() => reshape(dy!, x!.shape), null];

/** The operand's elements in the shape that the op's shape rule gives. */
function evaluateReshaped(call: Call): readonly TensorData[] | null {
  const tensor = call.inputs[0]!.constant;
  const shape = call.op.infer(call)[0]?.shape;
  return tensor && shape && isStatic(shape) ? [{ ...tensor, shape }] : null;
}

export const Reshape: OpDefinition = {
  type: 'Reshape',
  infer: (call) => {
    const [x, target] = call.inputs;
    const wanted = target!.constant;
    if (wanted === null) return [null];
    const keepsZero = numberAttribute(call, 'allowzero', 0) === 0;
    const dims = numbersOf(wanted).map((dim, axis): Dim => (dim === 0 && keepsZero ? x!.shape[axis]! : dim));
    const total = sizeOf(x!.shape);
    const known = sizeOf(dims.filter((dim) => dim !== -1));
    const rest = total === known ? 1 : divideDim(total, known);
    const shape = dims.map((dim) => (dim === -1 ? rest : dim));
    if (rest === null || (!dims.includes(-1) && rest !== 1)) {
      throw new GraphError(`${total} elements do not fit the shape [${dims.join(', ')}].`);
    }
    return [{ dtype: x!.dtype, shape: shape as Shape }];
  },
  gradient: reshaped,
  evaluate: evaluateReshaped,
  samples: {
    'split and merged axes': (random) => {
      const [a, b, c] = [random.integer(1, 3), random.integer(1, 3), random.integer(1, 4)];
      return { inputs: [random.uniform([a * b, c])], build: (x) => reshape(x!, [a, b * c]) };
    },
  },
};

export const Transpose: OpDefinition = {
  type: 'Transpose',
  infer: (call) => {
    const [x] = call.inputs;
    const permutation = permutationOf(call, x!.rank);
    if (
      permutation.length !== x!.rank ||
      [...permutation].sort((a, b) => a - b).some((axis, index) => axis !== index)
    ) {
      throw new GraphError(`[${permutation.join(', ')}] does not reorder ${x!.rank} axes.`);
    }
    return [{ dtype: x!.dtype, shape: permutation.map((axis) => x!.shape[axis]!) }];
  },
  gradient: (node, [dy]) => [
    () => {
      const permutation = permutationOf(node, dy!.rank);
      return transpose(
        dy!,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      );
    },
  ],
  evaluate: (call) => {
    const tensor = call.inputs[0]!.constant;
    if (!tensor) return null;
    const strides = stridesOf(tensor.shape);
    const tables = permutationOf(call, tensor.shape.length).map((axis) =>
      offsets(tensor.shape[axis]!, strides[axis]!, (index) => index),
    );
    return [select(tensor, tables)];
  },
  samples: {
    'three axes': (random) => ({
      inputs: [random.uniform(random.shape(3))],
      build: (x) =>
        transpose(
          x!,
          random.pick([
            [2, 0, 1],
            [0, 2, 1],
            [2, 1, 0],
          ]),
        ),
    }),
  },
};

const permutationOf = (call: Call, rank: number): readonly number[] =>
  listAttribute(
    call,
    'perm',
    Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
  );

export const Expand: OpDefinition = {
  type: 'Expand',
  infer: ({ inputs: [x, target] }) => {
    const wanted = target!.constant;
    if (wanted === null) return [null];
    const shape = broadcast(x!.shape, numbersOf(wanted));
    if (shape === null) throw new GraphError(`The operand does not broadcast to [${numbersOf(wanted).join(', ')}].`);
    return [{ dtype: x!.dtype, shape }];
  },
  gradient: (_, [dy]) => [() => dy!, null],
  evaluate: (call) => {
    const tensor = call.inputs[0]!.constant;
    const shape = call.op.infer(call)[0]?.shape;
    if (!tensor || !shape || !isStatic(shape)) return null;
    const repeated = broadcastAxes(tensor.shape, shape);
    const strides = stridesOf(tensor.shape);
    const shift = shape.length - tensor.shape.length;
    const tables = shape.map((dim, axis) =>
      offsets(dim, repeated.includes(axis) ? 0 : strides[axis - shift]!, (index) => index),
    );
    return [select(tensor, tables)];
  },
  samples: {
    'repeated axes': (random) => ({
      inputs: [random.uniform([random.integer(1, 3), 1])],
      build: (x) => expand(x!, [2, x!.staticShape[0]!, 3]),
    }),
  },
};

export const Squeeze: OpDefinition = {
  type: 'Squeeze',
  infer: (call) => {
    const { dtype, shape } = call.inputs[0]!;
    const listed = listOf(call, 1, 'axes');
    if (listed === null || (listed === undefined && !isStatic(shape))) return [null];
    const axes = listed?.map((axis) => normaliseAxis(axis, shape.length));
    const wide = axes?.find((axis) => typeof shape[axis] === 'number' && shape[axis] !== 1);
    if (wide !== undefined) throw new GraphError(`Axis ${wide} has ${shape[wide]} elements, not 1.`);
    if (axes?.some((axis) => shape[axis] !== 1)) return [null];
    return [{ dtype, shape: shape.filter((dim, axis) => (axes ? !axes.includes(axis) : dim !== 1)) }];
  },
  gradient: reshaped,
  evaluate: evaluateReshaped,
  samples: {
    'two axes': (random) => ({
      inputs: [random.uniform([1, random.integer(1, 4), 1, 2])],
      build: (x) => squeeze(x!, [0, -2]),
    }),
    'every axis of 1': (random) => ({
      inputs: [random.uniform([1, random.integer(1, 3), 2, 1])],
      build: (x) => apply(Squeeze, [x!]),
    }),
  },
};

export const Unsqueeze: OpDefinition = {
  type: 'Unsqueeze',
  infer: (call) => {
    const { dtype, shape } = call.inputs[0]!;
    const listed = listOf(call, 1, 'axes');
    if (listed === null) return [null];
    if (listed === undefined) throw new GraphError('It needs axes.');
    const rank = shape.length + listed.length;
    const axes = new Set(listed.map((axis) => normaliseAxis(axis, rank)));
    if (axes.size < listed.length) throw new GraphError(`[${listed.join(', ')}] names an axis twice.`);
    const dims = shape.values();
    return [{ dtype, shape: Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : dims.next().value!)) }];
  },
  gradient: reshaped,
  evaluate: evaluateReshaped,
  samples: {
    'front and back': (random) => ({
      inputs: [random.uniform(random.shape(2))],
      build: (x) => unsqueeze(x!, [-1, 0, 2]),
    }),
    'a scalar': (random) => ({ inputs: [random.uniform([])], build: (x) => unsqueeze(x!, [0]) }),
  },
};

export const Flatten: OpDefinition = {
  type: 'Flatten',
  infer: (call) => {
    const { dtype, shape } = call.inputs[0]!;
    const given = numberAttribute(call, 'axis', 1);
    const axis = given === shape.length ? given : normaliseAxis(given, shape.length);
    return [{ dtype, shape: [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))] }];
  },
  gradient: reshaped,
  evaluate: evaluateReshaped,
  samples: {
    'any axis': (random) => {
      const axis = random.integer(-3, 3);
      return { inputs: [random.uniform(random.shape(3))], build: (x) => flatten(x!, axis) };
    },
  },
};

export const Identity: OpDefinition = {
  type: 'Identity',
  infer: inferSame,
  gradient: (_, [dy]) => [() => dy!],
  evaluate: ({ inputs: [x] }) => x!.constant && [x!.constant],
  samples: { 'any shape': (random) => ({ inputs: [random.uniform(random.shape(2))], build: (x) => identity(x!) }) },
};
