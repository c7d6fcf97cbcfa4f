import type { TensorArray } from '../onnx/tensor.ts';

/** The largest difference of two lists' elements; infinite where their lengths differ or one of two is no number. */
export function largestBetween(a: TensorArray, b: TensorArray): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < a.length; index += 1) {
    const [x, y] = [Number(a[index]), Number(b[index])];
    if (Object.is(x, y)) continue;
    const difference = Math.abs(x - y);
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  return largest;
}
