import { GraphError } from '../../../../shared/errors.ts';
import { int, numberAttribute } from '../attributes.ts';
import { apply, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { offsets, select } from '../select.ts';
import { type Dim, normaliseAxis, sameShape, stridesOf } from '../shape.ts';
import { int64List, numbersOf, type TensorData } from '../tensor.ts';
import { gatherCotangent, gatherNDCotangent } from './gather-cotangent.ts';
import { filled } from './generating.ts';
import { scatterElements } from './scattering.ts';

/**
 * The entries of x at `indices` along an axis; the indices' axes take that axis's place. Negative indices count from
 * the back.
 */
export function gather(x: Value, indices: Value | readonly number[], axis = 0): Value {
  const list = 'graph' in indices ? indices : x.graph.constant(int64List(indices));
  return apply(Gather, [x, list], { axis: int(axis) });
}

/** The element of x at each index along an axis, at the index's own place along the others. */
export const gatherElements = (x: Value, indices: Value, axis: number): Value =>
  apply(GatherElements, [x, indices], { axis: int(axis) });

/**
 * The parts of x to which the lists along the indices' last axis lead; the first `batchDims` axes of x and of the
 * indices run together.
 */
export const gatherND = (x: Value, indices: Value, batchDims = 0): Value =>
  apply(GatherND, [x, indices], { batch_dims: int(batchDims) });

/** Throws GraphError for indices of another type, and for constant ones outside an axis of `length`. */
export function checkIndices(indices: Value, length: Dim, axis: number): void {
  if (indices.dtype !== 'int64' && indices.dtype !== 'int32') {
    throw new GraphError(`Indices are int64 or int32, not ${indices.dtype}.`);
  }
  if (indices.constant === null || typeof length === 'string') return;
  const outside = numbersOf(indices.constant).find((index) => index < -length || index >= length);
  if (outside !== undefined) throw new GraphError(`The index ${outside} is outside axis ${axis} of ${length}.`);
}

const axisOf = (call: Call): number => normaliseAxis(numberAttribute(call, 'axis', 0), call.inputs[0]!.rank);

export const Gather: OpDefinition = {
  type: 'Gather',
  infer: (call) => {
    const [x, indices] = call.inputs;
    const axis = axisOf(call);
    checkIndices(indices!, x!.shape[axis]!, axis);
    return [{ dtype: x!.dtype, shape: x!.shape.toSpliced(axis, 1, ...indices!.shape) }];
  },
  gradient: (node, [dy]) => {
    const [x, indices] = node.inputs;
    return [() => gatherCotangent(x!.shape, indices!, axisOf(node), dy!), null];
  },
  evaluate: (call) => {
    const [tensor, indices] = call.inputs.map((input) => input!.constant);
    if (!tensor || !indices) return null;
    const axis = axisOf(call);
    const rows = rowsAt(tensor, numbersOf(indices), axis);
    return [{ ...rows, shape: tensor.shape.toSpliced(axis, 1, ...indices.shape) }];
  },
  samples: {
    'one of an axis': (random) => {
      const index = random.integer(-4, 3);
      return {
        inputs: [random.uniform([2, 4, 3])],
        build: (x) => gather(x!, x!.graph.constant({ ...int64List([index]), shape: [] }), 1),
      };
    },
    'a run': (random) => {
      const start = random.integer(0, 2);
      return { inputs: [random.uniform([5, 2])], build: (x) => gather(x!, [start, start + 1, start + 2]) };
    },
    'a permutation in two axes': (random) => {
      const { values } = random.apart([6]);
      const order = values.map((value) => [...values].sort((a, b) => a - b).indexOf(value));
      return {
        inputs: [random.uniform([2, 6, 3])],
        build: (x) => gather(x!, x!.graph.constant({ ...int64List(order), shape: [2, 3] }), -2),
      };
    },
    'some, each once': (random) => ({
      inputs: [random.uniform([random.integer(5, 7), 2])],
      build: (x) => gather(x!, [3, 0, -1], 0),
    }),
    'a few, repeated': (random) => {
      const indices = Array.from({ length: 8 }, () => random.integer(0, 2));
      return { inputs: [random.uniform([2, 3])], build: (x) => gather(x!, [...indices, 0, 1, 1, 2], 1) };
    },
    'one of many, repeated': (random) => ({
      inputs: [random.uniform([30, 2])],
      build: (x) => gather(x!, [7, 2, 7]),
    }),
    'indices known when it runs': (random) => ({
      inputs: [random.uniform([2, 4, 2]), random.indices([3, 2], -4, 3)],
      build: (x, indices) => gather(x!, indices!, 1),
    }),
  },
};

function rowsAt(tensor: TensorData, indices: readonly number[], axis: number): TensorData {
  const strides = stridesOf(tensor.shape);
  return select(
    tensor,
    tensor.shape.map((dim, at) => {
      if (at !== axis) return offsets(dim, strides[at]!, (index) => index);
      return offsets(indices.length, strides[at]!, (index) => indices[index]! + (indices[index]! < 0 ? dim : 0));
    }),
  );
}

export const GatherElements: OpDefinition = {
  type: 'GatherElements',
  infer: (call) => {
    const [x, indices] = call.inputs;
    const axis = axisOf(call);
    if (indices!.rank !== x!.rank) throw new GraphError('The operand and the indices have another number of axes.');
    checkIndices(indices!, x!.shape[axis]!, axis);
    return [{ dtype: x!.dtype, shape: indices!.shape }];
  },
  gradient: (node, [dy]) => {
    const [x, indices] = node.inputs;
    return [() => scatterElements(filled(x!, 0), indices!, dy!, axisOf(node), 'add'), null];
  },
  samples: {
    'repeated and negative indices': (random) => ({
      inputs: [random.uniform([3, 4, 2]), random.indices([2, random.integer(3, 6), 2], -4, 3)],
      build: (x, indices) => gatherElements(x!, indices!, 1),
    }),
  },
};

export const GatherND: OpDefinition = {
  type: 'GatherND',
  infer: (call) => {
    const [x, indices] = call.inputs;
    const batchDims = numberAttribute(call, 'batch_dims', 0);
    const depth = indices!.shape.at(-1);
    if (depth === undefined || indices!.rank <= batchDims) throw new GraphError('The indices have too few axes.');
    if (typeof depth === 'string') return [null];
    if (depth < 1 || batchDims + depth > x!.rank) {
      throw new GraphError(`Lists of ${depth} indices do not lead into ${x!.rank - batchDims} axes.`);
    }
    if (!sameShape(x!.shape.slice(0, batchDims), indices!.shape.slice(0, batchDims))) {
      throw new GraphError(`The first ${batchDims} dimensions of the operand and the indices differ.`);
    }
    return [{ dtype: x!.dtype, shape: [...indices!.shape.slice(0, -1), ...x!.shape.slice(batchDims + depth)] }];
  },
  gradient: (node, [dy]) => {
    const [x, indices] = node.inputs;
    return [() => gatherNDCotangent(x!, indices!, numberAttribute(node, 'batch_dims', 0), dy!), null];
  },
  samples: {
    elements: (random) => ({
      inputs: [random.uniform([3, 4]), random.indices([5, 2], -3, 2)],
      build: (x, indices) => gatherND(x!, indices!),
    }),
    rows: (random) => ({
      inputs: [random.uniform([3, 2, 4]), random.indices([2, 5, 1], 0, 2)],
      build: (x, indices) => gatherND(x!, indices!),
    }),
    'a batch': (random) => ({
      inputs: [random.uniform([2, 3, 4]), random.indices([2, 5, 1], -3, 2)],
      build: (x, indices) => gatherND(x!, indices!, 1),
    }),
    'constant indices': (random) => {
      const lists = Array.from({ length: 8 }, () => random.integer(-2, 1));
      return {
        inputs: [random.uniform([2, 2, 2])],
        build: (x) => gatherND(x!, x!.graph.constant({ ...int64List(lists), shape: [2, 2, 2] }), 1),
      };
    },
  },
};
