import { GraphError } from '../../../shared/errors.ts';

/**
 * One dimension: a number, or a batch symbol that stays open until the graph runs, such as `n`. A whole multiple of
 * the symbol, as windows of a batch are, is written `64*n`.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

export const isStatic = (shape: Shape): shape is readonly number[] => shape.every((dim) => typeof dim === 'number');

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, index) => dim === b[index]);

/** `times` many of a dimension: 4 of `16*n` are `64*n`. */
export function multiplyDim(dim: Dim, times: number): Dim {
  if (typeof dim === 'number') return dim * times;
  const [factor, symbol] = partsOf(dim);
  return symbolic(factor * times, symbol);
}

/** The number of elements: a number, or a multiple of the one symbol. Throws GraphError where two symbols multiply. */
export function sizeOf(shape: Shape): Dim {
  const symbols = shape.filter((dim) => typeof dim === 'string');
  if (symbols.length > 1) throw new GraphError(`[${shape.join(', ')}] has more than one open dimension.`);
  const count = shape.reduce<number>((product, dim) => (typeof dim === 'number' ? product * dim : product), 1);
  return symbols.length === 0 ? count : multiplyDim(symbols[0]!, count);
}

/** a ÷ b where it is whole and the symbols cancel or only `a` has one; otherwise null. */
export function divideDim(a: Dim, b: Dim): Dim | null {
  const [factorA, symbolA] = partsOf(a);
  const [factorB, symbolB] = partsOf(b);
  if (factorB === 0 || factorA % factorB !== 0) return null;
  if (symbolB === '') return symbolic(factorA / factorB, symbolA);
  return symbolA === symbolB ? factorA / factorB : null;
}

function partsOf(dim: Dim): readonly [factor: number, symbol: string] {
  if (typeof dim === 'number') return [dim, ''];
  const [, factor, symbol] = /^(\d+)\*(.+)$/.exec(dim) ?? ['', '1', dim];
  return [Number(factor), symbol!];
}

function symbolic(factor: number, symbol: string): Dim {
  if (symbol === '' || factor === 0) return factor;
  return factor === 1 ? symbol : `${factor}*${symbol}`;
}

/** NumPy's broadcasting of two or more shapes; null where they do not fit. An open dimension fits itself and 1. */
export function broadcast(...shapes: readonly Shape[]): Shape | null {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis += 1) {
    let dim: Dim = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === dim) continue;
      if (dim !== 1) return null;
      dim = own;
    }
    result.push(dim);
  }
  return result;
}

/** The axes, of a result of shape `wide`, over which an operand of shape `narrow` was repeated. */
export function broadcastAxes(narrow: Shape, wide: Shape): readonly number[] {
  const shift = wide.length - narrow.length;
  return wide.flatMap((dim, axis) => (axis < shift || (narrow[axis - shift] === 1 && dim !== 1) ? [axis] : []));
}

/** An axis counted from the front; negative ones count from the back. Throws GraphError outside the rank. */
export function normaliseAxis(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  if (result < 0 || result >= rank) throw new GraphError(`Axis ${axis} is not one of ${rank} axes.`);
  return result;
}

/** How many elements apart two neighbours along each axis are. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}
