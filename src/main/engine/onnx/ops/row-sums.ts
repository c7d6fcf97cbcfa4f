import type { Value } from '../graph.ts';
import { isStatic } from '../shape.ts';
import { elementCount, tensorOf } from '../tensor.ts';
import { matmul } from './matmul.ts';
import { reduceSum } from './reduce.ts';
import { reshape } from './shaping.ts';

/** Below so many rows a plain ReduceSum is as quick. */
const FEWEST_ROWS = 64;

/**
 * The sum over all axes but the last, of shape [last]. On the CPU a product with a row of ones takes a third of the
 * time of the runtime's ReduceSum, which walks leading axes with strides.
 */
export function sumOfRows(x: Value): Value {
  const { shape } = x;
  const leading = shape.slice(0, -1);
  const axes = leading.map((_, axis) => axis);
  if (!isStatic(shape) || elementCount(shape.slice(0, -1)) < FEWEST_ROWS) return reduceSum(x, axes);
  const blocks = shape.length > 2 ? shape[0]! : 1;
  const rows = elementCount(shape.slice(0, -1)) / blocks;
  const ones = x.graph.constant(tensorOf(x.dtype, [1, rows], new Array<number>(rows).fill(1)));
  return reduceSum(matmul(ones, reshape(x, [blocks, rows, shape.at(-1)!])), [0, 1]);
}
