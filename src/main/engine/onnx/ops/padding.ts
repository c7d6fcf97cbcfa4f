import { GraphError } from '../../../../shared/errors.ts';
import { numberAttribute, text, textAttribute } from '../attributes.ts';
import { apply, type Node, scalarLike, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { listOf } from '../operands.ts';
import { NOWHERE, offsets, select } from '../select.ts';
import { normaliseAxis, stridesOf } from '../shape.ts';
import { int64List } from '../tensor.ts';
import { add, sub } from './arithmetic.ts';
import { reduceSum } from './reduce.ts';
import { reverse, slice, split } from './slicing.ts';

export interface PadOptions {
  /** What is put around: `value`, the elements mirrored at the outermost one, or the outermost one repeated. */
  readonly mode?: 'constant' | 'reflect' | 'edge';
  readonly value?: number;
}

/**
 * x with more elements around it: `pads` are the counts before each axis, then those after each axis; counts below 0
 * take elements away.
 */
export function pad(x: Value, pads: readonly number[], { mode = 'constant', value = 0 }: PadOptions = {}): Value {
  const operands = [x, x.graph.constant(int64List(pads))];
  return apply(Pad, value === 0 ? operands : [...operands, scalarLike(x, value)], { mode: text(mode) });
}

/** `pad` with zeros along one axis; x itself where there is nothing to add. */
export function padAxis(x: Value, axis: number, before: number, after: number): Value {
  if (before === 0 && after === 0) return x;
  const counts = [before, after].flatMap((count) => x.shape.map((_, at) => (at === axis ? count : 0)));
  return pad(x, counts);
}

export const Pad: OpDefinition = {
  type: 'Pad',
  infer: (call) => {
    const { dtype, shape } = call.inputs[0]!;
    const pads = padsOf(call);
    if (pads === null || shape.some((dim, axis) => typeof dim === 'string' && pads[axis]!.some((count) => count !== 0)))
      return [null];
    const padded = shape.map((dim, axis) => (typeof dim === 'string' ? dim : lengthAfter(dim, pads[axis]!, call)));
    return [{ dtype, shape: padded }];
  },
  gradient: (node, [dy]) => [
    () => (modeOf(node) === 'constant' ? cropped(node, dy!) : folded(node, dy!)),
    null,
    () => sub(reduceSum(dy!), reduceSum(cropped(node, dy!))),
    null,
  ],
  evaluate: (call) => {
    const [tensor, fill] = [call.inputs[0]!.constant, call.inputs[2] ?? null];
    const pads = padsOf(call);
    if (!tensor || pads === null || (fill !== null && fill.constant === null)) return null;
    if (numberAttribute(call, 'value', 0) !== 0) return null;
    const strides = stridesOf(tensor.shape);
    const mode = modeOf(call);
    const tables = tensor.shape.map((dim, axis) => {
      const [before, after] = pads[axis]!;
      return offsets(before + dim + after, strides[axis]!, (index) => sourceOf(mode, index - before, dim));
    });
    return [select(tensor, tables, fill?.constant?.data[0])];
  },
  samples: {
    zeros: (random) => {
      const pads = Array.from({ length: 6 }, () => random.integer(0, 2));
      return { inputs: [random.uniform(random.shape(3))], build: (x) => pad(x!, pads) };
    },
    'a value around, some taken away': (random) => ({
      inputs: [random.uniform([3, random.integer(2, 4)])],
      build: (x) => pad(x!, [-1, 1, 2, -1], { value: 0.5 }),
    }),
    'a value that is differentiated': (random) => ({
      inputs: [random.uniform([2, 3]), random.uniform([])],
      build: (x, value) => apply(Pad, [x!, x!.graph.constant(int64List([0, 1, 1, 0])), value!]),
    }),
    'two axes named': (random) => ({
      inputs: [random.uniform([2, 3, 2])],
      build: (x) => {
        const constant = (list: readonly number[]): Value => x!.graph.constant(int64List(list));
        return apply(Pad, [x!, constant([1, 0, 2, 1]), null, constant([-1, 1])]);
      },
    }),
    reflect: (random) => {
      const pads = [0, random.integer(0, 2), random.integer(0, 3), 0, random.integer(0, 2), random.integer(0, 3)];
      return { inputs: [random.uniform([2, 3, 4])], build: (x) => pad(x!, pads, { mode: 'reflect' }) };
    },
    edge: (random) => {
      const pads = Array.from({ length: 4 }, () => random.integer(0, 3));
      return { inputs: [random.uniform([2, random.integer(1, 4)])], build: (x) => pad(x!, pads, { mode: 'edge' }) };
    },
  },
};

type Counts = readonly [before: number, after: number];

const modeOf = (call: Call): string => textAttribute(call, 'mode', 'constant');

/** How many elements come before and after each axis; null where that is only known when the graph runs. */
function padsOf(call: Call): readonly Counts[] | null {
  const { rank } = call.inputs[0]!;
  const pads = listOf(call, 1, 'pads');
  const named = listOf(call, 3, 'axes');
  if (pads === null || named === null) return null;
  const axes = named?.map((axis) => normaliseAxis(axis, rank)) ?? Array.from({ length: rank }, (_, axis) => axis);
  if (pads?.length !== 2 * axes.length) {
    throw new GraphError(`${pads?.length ?? 0} pads are not two for each of ${axes.length} axes.`);
  }
  return Array.from({ length: rank }, (_, axis): Counts => {
    const at = axes.indexOf(axis);
    return at < 0 ? [0, 0] : [pads[at]!, pads[at + axes.length]!];
  });
}

function lengthAfter(dim: number, [before, after]: Counts, call: Call): number {
  const mode = modeOf(call);
  if (before + dim + after < 0)
    throw new GraphError(`Pads of ${before} and ${after} take more than there is of ${dim}.`);
  if (mode === 'reflect' && Math.max(before, after) >= dim) {
    throw new GraphError(`An axis of ${dim} has no ${Math.max(before, after)} elements to mirror.`);
  }
  return before + dim + after;
}

/** The element of an axis of `dim` that stands at `index`, which may lie outside. */
function sourceOf(mode: string, index: number, dim: number): number {
  if (index >= 0 && index < dim) return index;
  switch (mode) {
    case 'reflect':
      return index < 0 ? -index : 2 * (dim - 1) - index;
    case 'edge':
      return index < 0 ? 0 : dim - 1;
    case 'wrap':
      return ((index % dim) + dim) % dim;
    default:
      return NOWHERE;
  }
}

/** The cotangent without its padding; zeros where elements had been taken away. */
function cropped(node: Node, dy: Value): Value {
  const pads = padsOf(node)!;
  if (pads.flat().some((count) => count < 0)) {
    return pad(dy, [...pads.map(([before]) => -before), ...pads.map(([, after]) => -after)]);
  }
  const axes = pads.flatMap(([before, after], axis) => (before + after > 0 ? [axis] : []));
  if (axes.length === 0) return dy;
  const starts = axes.map((axis) => pads[axis]![0]);
  const { shape } = node.inputs[0]!;
  return slice(dy, { axes, starts, ends: axes.map((axis, at) => starts[at]! + (shape[axis] as number)) });
}

/** The cotangent of a mirrored or repeated border added to the elements that the border was made of. */
function folded(node: Node, dy: Value): Value {
  const mode = modeOf(node);
  const pads = padsOf(node)!;
  if ((mode !== 'reflect' && mode !== 'edge') || pads.flat().some((count) => count < 0)) {
    throw new GraphError(`Pad(${node.inputs[0]}) in the mode “${mode}” has no gradient here.`);
  }
  return pads.reduce((folding, counts, axis) => foldAxis(folding, axis, counts, mode), dy);
}

function foldAxis(dy: Value, axis: number, [before, after]: Counts, mode: 'reflect' | 'edge'): Value {
  if (before + after === 0) return dy;
  const dim = (dy.shape[axis] as number) - before - after;
  const sizes = [before, dim, after].filter((size) => size > 0);
  const parts = [...split(dy, sizes, axis)];
  const head = before > 0 ? parts.shift()! : null;
  const middle = parts.shift()!;
  const tail = after > 0 ? parts.shift()! : null;
  const inner = (border: Value): Value => (mode === 'edge' ? reduceSum(border, [axis], true) : reverse(border, [axis]));
  const inset = mode === 'edge' ? 0 : 1;
  const place = (border: Value, start: number): Value => {
    const value = inner(border);
    return padAxis(value, axis, start, dim - start - (value.shape[axis] as number));
  };
  let sum = middle;
  if (head) sum = add(sum, place(head, inset));
  if (tail) sum = add(sum, place(tail, mode === 'edge' ? dim - 1 : dim - 1 - after));
  return sum;
}
