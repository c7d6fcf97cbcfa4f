import { GraphError } from '../../../../shared/errors.ts';
import { apply, type Value } from '../graph.ts';
import type { OpDefinition } from '../op.ts';
import { offsets, select } from '../select.ts';
import { multiplyDim, type Shape, stridesOf } from '../shape.ts';
import { int64List, numbersOf } from '../tensor.ts';
import { reduceSum } from './reduce.ts';
import { reshape } from './shaping.ts';

/** x `repeats` times in a row along each axis. */
export const tile = (x: Value, repeats: readonly number[]): Value =>
  apply(Tile, [x, x.graph.constant(int64List(repeats))]);

export const Tile: OpDefinition = {
  type: 'Tile',
  infer: ({ inputs: [x, repeats] }) => {
    const times = repeats!.constant && numbersOf(repeats!.constant);
    if (times === null) return [null];
    if (times.length !== x!.rank) throw new GraphError(`${times.length} repeats are not one for each axis.`);
    return [{ dtype: x!.dtype, shape: x!.shape.map((dim, axis) => multiplyDim(dim, times[axis]!)) }];
  },
  gradient: ({ inputs: [x, repeats] }, [dy]) => [() => untiled(x!.shape, numbersOf(repeats!.constant!), dy!), null],
  evaluate: ({ inputs: [x, repeats] }) => {
    const [tensor, times] = [x!.constant, repeats!.constant];
    if (!tensor || !times) return null;
    const [strides, counts] = [stridesOf(tensor.shape), numbersOf(times)];
    const tables = tensor.shape.map((dim, axis) =>
      offsets(dim * counts[axis]!, strides[axis]!, (index) => index % dim),
    );
    return [select(tensor, tables)];
  },
  samples: {
    'some axes': (random) => ({
      inputs: [random.uniform(random.shape(3))],
      build: (x) => tile(x!, [random.integer(1, 3), 1, 2]),
    }),
    'no axis': (random) => ({ inputs: [random.uniform(random.shape(2))], build: (x) => tile(x!, [1, 1]) }),
  },
};

/** The sum over the copies, whose axis is laid before that of the elements. */
function untiled(shape: Shape, times: readonly number[], dy: Value): Value {
  if (times.every((count) => count === 1)) return dy;
  const copies: number[] = [];
  const apart: Shape = shape.flatMap((dim, axis) => {
    if (times[axis] === 1) return [dim];
    copies.push(axis + copies.length);
    return [times[axis]!, dim];
  });
  return reduceSum(reshape(dy, apart), copies);
}
