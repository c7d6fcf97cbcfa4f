import { GraphError } from '../../../../shared/errors.ts';
import { int, ints, numberAttribute } from '../attributes.ts';
import { constantsOf } from '../elementwise.ts';
import { apply, applyMany, type TensorType, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { listOf } from '../operands.ts';
import { type Dim, divideDim, isStatic, multiplyDim, normaliseAxis } from '../shape.ts';
import { allocate, elementCount, int64List, type TensorData, tensorOf } from '../tensor.ts';
import { cutsOf, END, take, uncut } from './cuts.ts';
import { padAxis } from './padding.ts';

/** The tensors one after another along `axis`; all other dimensions are the same. */
export const concat = (values: readonly Value[], axis: number): Value => apply(Concat, values, { axis: int(axis) });

/** Consecutive pieces of `sizes` along `axis`; the sizes fill the axis. */
export function split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
  if (x.graph.opset < 13) return applyMany(Split, [x], { axis: int(axis), split: ints(sizes) }, sizes.length);
  return applyMany(Split, [x, x.graph.constant(int64List(sizes))], { axis: int(axis) }, sizes.length);
}

export interface SliceOptions {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  /** The first index not taken, an axis; any number beyond the axis means its end, or its front for a step below 0. */
  readonly ends: readonly number[];
  readonly steps?: readonly number[];
}

/** Every step-th element from start up to end along some axes. Negative indices count from the back. */
export function slice(x: Value, { axes, starts, ends, steps }: SliceOptions): Value {
  const lists = [starts, ends, axes, ...(steps ? [steps] : [])];
  return apply(Slice, [x, ...lists.map((list) => x.graph.constant(int64List(list)))]);
}

/** The order of elements along `axes` turned round. */
export function reverse(x: Value, axes: readonly number[]): Value {
  const each = (number: number): readonly number[] => axes.map(() => number);
  return slice(x, { axes, starts: each(-1), ends: each(-END), steps: each(-1) });
}

export const Concat: OpDefinition = {
  type: 'Concat',
  infer: (call) => {
    const [first, ...others] = call.inputs.map((input) => input!.type!);
    const axis = normaliseAxis(numberAttribute(call, 'axis', 0), first!.shape.length);
    for (const { dtype, shape } of others) {
      if (dtype !== first!.dtype) throw new GraphError('The operands’ element types differ; cast one of them.');
      if (shape.length !== first!.shape.length || shape.some((dim, at) => at !== axis && dim !== first!.shape[at])) {
        throw new GraphError(`The operands’ shapes differ outside axis ${axis}.`);
      }
    }
    const length = sum([first!, ...others].map(({ shape }) => shape[axis]!));
    return [length === null ? null : { dtype: first!.dtype, shape: first!.shape.with(axis, length) }];
  },
  gradient: (node, [dy]) => {
    const axis = normaliseAxis(numberAttribute(node, 'axis', 0), dy!.rank);
    const sizes = (): readonly number[] => node.inputs.map((input) => lengthOf(input!, axis));
    const variables = node.inputs.filter((input) => input!.kind !== 'constant');
    let parts: readonly Value[] | undefined;
    return node.inputs.map((_, index) => () => {
      if (variables.length > 1) {
        parts ??= split(dy!, sizes(), axis);
        return parts[index]!;
      }
      const start = sizes()
        .slice(0, index)
        .reduce((total, size) => total + size, 0);
      return slice(dy!, { axes: [axis], starts: [start], ends: [start + sizes()[index]!] });
    });
  },
  evaluate: (call) => {
    const tensors = constantsOf(call);
    const shape = call.op.infer(call)[0]?.shape;
    if (!tensors || !shape || !isStatic(shape)) return null;
    return [concatenate(tensors, normaliseAxis(numberAttribute(call, 'axis', 0), shape.length), shape)];
  },
  samples: {
    'three parts': (random) => {
      const axis = random.integer(0, 2);
      const shape = random.shape(3);
      const parts = [1, 2, random.integer(1, 3)].map((size) => random.uniform(shape.with(axis, size)));
      return { inputs: parts, build: (...values) => concat(values, axis - 3) };
    },
    'one part constant': (random) => ({
      inputs: [random.uniform([2, 3])],
      build: (x) => concat([x!.graph.constant(tensorOf(x!.dtype, [2, 1], [0.5, -0.5])), x!], 1),
    }),
  },
};

/** Only equal open dimensions have a sum that a dimension can state. */
function sum(dims: readonly Dim[]): Dim | null {
  if (dims.every((dim) => typeof dim === 'number')) return dims.reduce<number>((total, dim) => total + dim, 0);
  return dims.every((dim) => dim === dims[0]) ? multiplyDim(dims[0]!, dims.length) : null;
}

function concatenate(tensors: readonly TensorData[], axis: number, shape: readonly number[]): TensorData {
  const { dtype } = tensors[0]!;
  const data = allocate(dtype, elementCount(shape));
  const runs = tensors.map((tensor) => elementCount(tensor.shape.slice(axis)));
  let at = 0;
  for (let row = 0; row < elementCount(shape.slice(0, axis)); row += 1) {
    for (const [index, run] of runs.entries()) {
      data.set(tensors[index]!.data.subarray(row * run, (row + 1) * run) as never, at);
      at += run;
    }
  }
  return { dtype, shape, data };
}

/** The length of an axis as a number; where it is open, the error of `staticShape`. */
const lengthOf = (x: Value, axis: number): number => {
  const dim = x.shape[axis]!;
  return typeof dim === 'number' ? dim : x.staticShape[axis]!;
};

export const Split: OpDefinition = {
  type: 'Split',
  infer: (call) => {
    const { shape, dtype } = call.inputs[0]!;
    const axis = normaliseAxis(numberAttribute(call, 'axis', 0), shape.length);
    const sizes = sizesOf(call, shape[axis]!);
    return Array.from({ length: call.outputCount }, (_, index): TensorType | null =>
      sizes === null ? null : { dtype, shape: shape.with(axis, sizes[index]!) },
    );
  },
  gradient: (node, cotangents) => [() => joined(node, cotangents), null],
  evaluate: (call) => {
    const tensor = call.inputs[0]!.constant;
    const types = call.op.infer(call);
    if (!tensor || types.some((type) => type === null)) return null;
    const axis = normaliseAxis(numberAttribute(call, 'axis', 0), tensor.shape.length);
    let start = 0;
    return types.map((type) => {
      const begin = start;
      start += type!.shape[axis] as number;
      return take(tensor, new Map([[axis, { start: begin, step: 1, length: start - begin }]]));
    });
  },
  samples: {
    'given sizes': (random) => {
      const sizes = [random.integer(1, 3), 2, random.integer(1, 3)];
      const length = sizes.reduce((total, size) => total + size, 0);
      return { inputs: [random.uniform([2, length, 3])], build: (x) => split(x!, sizes, -2) };
    },
    'equal parts': (random) => ({
      inputs: [random.uniform([6, random.integer(1, 3)])],
      build: (x) => applyMany(Split, [x!], { num_outputs: int(3) }, 3),
    }),
    'a shorter last part': (random) => ({
      inputs: [random.uniform([2, 7])],
      build: (x) => applyMany(Split, [x!], { num_outputs: int(3), axis: int(1) }, 3),
    }),
  },
};

/** Each piece's length: as given, or equal parts of which the last may be shorter; null where that is open. */
function sizesOf(call: Call, length: Dim): readonly Dim[] | null {
  const { outputCount } = call;
  const sizes = listOf(call, 1, 'split');
  if (sizes === null || (sizes !== undefined && typeof length === 'string')) return null;
  if (sizes !== undefined) {
    if (sizes.length !== outputCount || sum(sizes) !== length || sizes.some((size) => size < 0)) {
      throw new GraphError(`Pieces of ${sizes.join(' + ')} do not fill an axis of ${length} with ${outputCount}.`);
    }
    return sizes;
  }
  const equal = divideDim(length, outputCount);
  if (equal !== null) return Array.from({ length: outputCount }, () => equal);
  if (typeof length === 'string') return null;
  const size = Math.ceil(length / outputCount);
  const last = length - size * (outputCount - 1);
  if (last < 0 || call.opset < 18) throw new GraphError(`An axis of ${length} has no ${outputCount} equal parts.`);
  return Array.from({ length: outputCount }, (_, index) => (index === outputCount - 1 ? last : size));
}

/** The pieces' cotangents in a row; each gap that a missing one leaves is filled by padding its neighbour with zeros. */
function joined(node: Call & { readonly outputs: readonly Value[] }, cotangents: readonly (Value | null)[]): Value {
  const axis = normaliseAxis(numberAttribute(node, 'axis', 0), node.inputs[0]!.rank);
  const parts: { value: Value; before: number; after: number }[] = [];
  let gap = 0;
  for (const [index, value] of cotangents.entries()) {
    if (value !== null) {
      parts.push({ value, before: gap, after: 0 });
      gap = 0;
      continue;
    }
    const length = lengthOf(node.outputs[index]!, axis);
    const previous = parts.at(-1);
    if (previous) previous.after += length;
    else gap += length;
  }
  const filled = parts.map(({ value, before, after }) => padAxis(value, axis, before, after));
  return filled.length === 1 ? filled[0]! : concat(filled, axis);
}

export const Slice: OpDefinition = {
  type: 'Slice',
  infer: (call) => {
    const { dtype, shape } = call.inputs[0]!;
    const cuts = cutsOf(call);
    return [cuts && { dtype, shape: shape.map((dim, axis) => cuts.get(axis)?.length ?? dim) }];
  },
  gradient: (node, [dy]) => [() => uncut(node.inputs[0]!, cutsOf(node)!, dy!), null, null, null, null],
  evaluate: (call) => {
    const tensor = call.inputs[0]!.constant;
    const cuts = cutsOf(call);
    return tensor && cuts && [take(tensor, cuts)];
  },
  samples: {
    'two axes': (random) => ({
      inputs: [random.uniform([4, 2, 5])],
      build: (x) => slice(x!, { axes: [0, -1], starts: [1, -3], ends: [3, 2 ** 31] }),
    }),
    'any start and step': (random) => {
      const [start, step] = [random.integer(-8, 8), random.pick([-3, -2, -1, 1, 2, 3])];
      const end = random.integer(-8, 8);
      return {
        inputs: [random.uniform([2, 7])],
        build: (x) => slice(x!, { axes: [1], starts: [start], ends: [end], steps: [step] }),
      };
    },
    'steps along two axes': (random) => ({
      inputs: [random.uniform([random.integer(4, 6), random.integer(4, 6), 2])],
      build: (x) => slice(x!, { axes: [0, 1], starts: [-1, 1], ends: [-(2 ** 31), 2 ** 31], steps: [-2, 2] }),
    }),
    reversed: (random) => ({
      inputs: [random.uniform(random.shape(2))],
      build: (x) => slice(x!, { axes: [1], starts: [-1], ends: [-(2 ** 31)], steps: [-1] }),
    }),
  },
};
