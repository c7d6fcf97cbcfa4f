import { allocate, elementCount, type TensorArray, type TensorData } from './tensor.ts';

/** The place of a result that no element of the operand goes to. */
export const NOWHERE = Number.NaN;

/**
 * Elements of a tensor in a new order: those that lie at one offset of each axis's table, summed, the last axis
 * fastest. The result has an axis a table, as long as the table; NOWHERE in a table stands for `fill`.
 */
export function select(
  { dtype, data: source }: TensorData,
  tables: readonly (readonly number[])[],
  fill: TensorArray[number] = allocate(dtype, 1)[0]!,
): TensorData {
  const shape = tables.map((table) => table.length);
  const data = allocate(dtype, elementCount(shape));
  const last = tables.at(-1) ?? [0];
  let at = 0;
  const walk = (axis: number, offset: number): void => {
    if (axis < tables.length - 1) {
      for (const step of tables[axis]!) walk(axis + 1, offset + step);
      return;
    }
    for (const step of last) {
      data[at] = source[offset + step] ?? fill;
      at += 1;
    }
  };
  walk(0, 0);
  return { dtype, shape, data };
}

/** A table of `length` offsets: `at` tells the element of the axis, neighbours lie `stride` apart. */
export const offsets = (length: number, stride: number, at: (index: number) => number): readonly number[] =>
  Array.from({ length }, (_, index) => at(index) * stride);
