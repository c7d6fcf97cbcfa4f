import { GraphError } from '../../../../shared/errors.ts';
import { ints, listAttribute, numberAttribute } from '../attributes.ts';
import { apply, type Value } from '../graph.ts';
import type { OpDefinition } from '../op.ts';
import { broadcast, type Dim, divideDim, isStatic, type Shape, sizeOf, stridesOf } from '../shape.ts';
import { allocate, int64List, numbersOf } from '../tensor.ts';

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
    const rest = divideDim(total, known);
    const shape = dims.map((dim) => (dim === -1 ? rest : dim));
    if (rest === null || (!dims.includes(-1) && rest !== 1)) {
      throw new GraphError(`${total} elements do not fit the shape [${dims.join(', ')}].`);
    }
    return [{ dtype: x!.dtype, shape: shape as Shape }];
  },
  gradient: ({ inputs: [x] }, [dy]) => [() => reshape(dy!, x!.shape), null],
  evaluate: (call) => {
    const tensor = call.inputs[0]!.constant;
    const shape = call.op.infer(call)[0]?.shape;
    return tensor && shape && isStatic(shape) ? [{ ...tensor, shape }] : null;
  },
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
    const permutation = permutationOf(call, tensor.shape.length);
    const shape = permutation.map((axis) => tensor.shape[axis]!);
    const own = stridesOf(tensor.shape);
    const strides = permutation.map((axis) => own[axis]!);
    const data = allocate(tensor.dtype, tensor.data.length);
    const position = shape.map(() => 0);
    let from = 0;
    for (let to = 0; to < data.length; to += 1) {
      data[to] = tensor.data[from]!;
      for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
        from += strides[axis]!;
        position[axis]! += 1;
        if (position[axis]! < shape[axis]!) break;
        from -= position[axis]! * strides[axis]!;
        position[axis] = 0;
      }
    }
    return [{ dtype: tensor.dtype, shape, data }];
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

const permutationOf = (call: Parameters<OpDefinition['infer']>[0], rank: number): readonly number[] =>
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
  samples: {
    'repeated axes': (random) => ({
      inputs: [random.uniform([random.integer(1, 3), 1])],
      build: (x) => expand(x!, [2, x!.staticShape[0]!, 3]),
    }),
  },
};
