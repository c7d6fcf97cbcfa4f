import { scalarLike, type Value } from '../graph.ts';
import { type Shape, sizeOf, stridesOf } from '../shape.ts';
import { elementCount, int64List, numbersOf } from '../tensor.ts';
import { add, mul } from './arithmetic.ts';
import { mod } from './comparison.ts';
import { gather } from './gathering.ts';
import { padAxis } from './padding.ts';
import { reduceSum } from './reduce.ts';
import { scatterElements } from './scattering.ts';
import { expand, reshape } from './shaping.ts';

/**
 * What comes back to a tensor of shape `shape` from its Gather along `axis`: row j is the sum of the rows of `dy` that
 * were read from j. Constant indices are turned round into another Gather where that is cheap; others are scattered.
 * Scattering is by ScatterElements: ONNX Runtime's ScatterND adds from several threads and loses rows that meet.
 */
export function gatherCotangent(shape: Shape, indices: Value, axis: number, dy: Value): Value {
  const [front, back] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const merged = [...front, sizeOf(indices.shape), ...back];
  const rows = indices.rank === 1 ? dy : reshape(dy, merged);
  const length = shape[axis]!;
  if (indices.constant === null || typeof length !== 'number') return scattered(shape, indices, axis, rows);
  const readers: number[][] = Array.from({ length }, () => []);
  const from = numbersOf(indices.constant).map((index) => (index < 0 ? index + length : index));
  for (const [at, index] of from.entries()) readers[index]!.push(at);
  const most = Math.max(...readers.map((list) => list.length));
  if (most <= 1) return spread(rows, axis, from, readers);
  return length * most <= GATHER_LIMIT * from.length
    ? summed(rows, axis, readers, most, from.length)
    : scattered(shape, indices, axis, rows);
}

/** As many times more rows may be read than came back before scattering, which runs on one thread, is cheaper. */
const GATHER_LIMIT = 8;

/** Where each row was read once at most: put into place by padding or by reading, unread rows from a row of zeros. */
function spread(rows: Value, axis: number, from: readonly number[], readers: readonly (readonly number[])[]): Value {
  const [start, length] = [from[0] ?? 0, readers.length];
  if (from.every((index, at) => index === start + at)) {
    return padAxis(rows, axis, start, length - start - from.length);
  }
  const complete = from.length === length ? rows : padAxis(rows, axis, 0, 1);
  return gather(
    complete,
    readers.map(([reader]) => reader ?? from.length),
    axis,
  );
}

/** Where rows were read several times: as many rows for each, the missing ones zeros, and their sum. */
function summed(
  rows: Value,
  axis: number,
  readers: readonly (readonly number[])[],
  most: number,
  zeroRow: number,
): Value {
  const table = readers.flatMap((list) => Array.from({ length: most }, (_, at) => list[at] ?? zeroRow));
  const complete = table.includes(zeroRow) ? padAxis(rows, axis, 0, 1) : rows;
  const indices = rows.graph.constant({ ...int64List(table), shape: [readers.length, most] });
  return reduceSum(gather(complete, indices, axis), [axis + 1]);
}

function scattered(shape: Shape, indices: Value, axis: number, rows: Value): Value {
  const beside = rows.shape.map((dim, at) => (at === axis ? dim : 1));
  const zeros = expand(scalarLike(rows, 0), shape);
  return scatterElements(zeros, expand(reshape(indices, beside), rows.shape), rows, axis, 'add');
}

/**
 * What comes back to x from gatherND(x, indices, batchDims): the axes that are indexed are taken as one, so that it
 * is a Gather of rows.
 */
export function gatherNDCotangent(x: Value, indices: Value, batchDims: number, dy: Value): Value {
  const shape = x.staticShape;
  const depth = batchDims + indices.staticShape.at(-1)!;
  const [leading, own] = [shape.slice(0, depth), shape.slice(depth)];
  const rows: Shape = [elementCount(leading), ...own];
  const places = flatPlaces(indices, batchDims, leading);
  const read = reshape(dy, [...places.staticShape, ...own]);
  return reshape(gatherCotangent(rows, places, 0, read), shape);
}

/** Each index list as one index into the leading axes taken together, those of the batch included. */
function flatPlaces(indices: Value, batchDims: number, leading: readonly number[]): Value {
  const { graph } = indices;
  const shape = indices.staticShape.slice(0, -1);
  const indexed = leading.slice(batchDims);
  const strides = stridesOf(indexed);
  const block = elementCount(indexed);
  const offset = (batch: number): number => batch * block;
  const lists = elementCount(shape);
  if (indices.constant !== null) {
    const numbers = numbersOf(indices.constant);
    const perBatch = lists / elementCount(shape.slice(0, batchDims));
    const places = Array.from({ length: lists }, (_, list) =>
      strides.reduce(
        (sum, stride, axis) => {
          const index = numbers[list * strides.length + axis]!;
          return sum + (index < 0 ? index + indexed[axis]! : index) * stride;
        },
        offset(Math.floor(list / perBatch)),
      ),
    );
    return graph.constant(int64List(places));
  }
  const wrapped = mod(indices, graph.constant(int64List(indexed)));
  const places = reduceSum(mul(wrapped, graph.constant(int64List(strides))), [-1]);
  if (batchDims === 0) return places;
  const batches = Array.from({ length: elementCount(shape.slice(0, batchDims)) }, (_, batch) => offset(batch));
  const beside = shape.map((dim, axis) => (axis < batchDims ? dim : 1));
  return add(places, graph.constant({ ...int64List(batches), shape: beside }));
}
