import { GraphError } from '../../../../shared/errors.ts';
import { float, int, numberAttribute } from '../attributes.ts';
import { apply, type Node, type Value } from '../graph.ts';
import type { OpDefinition } from '../op.ts';
import { broadcast } from '../shape.ts';
import { elementCount } from '../tensor.ts';
import { mul } from './arithmetic.ts';
import { reshape, transpose } from './shaping.ts';

/** The matrix product over the last two axes; the axes before them broadcast. */
export const matmul = (a: Value, b: Value): Value => apply(MatMul, [a, b]);

export interface GemmOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha?: number;
  readonly beta?: number;
}

/** α · a · b + β · c for matrices, each of a and b transposed on request; c broadcasts and may be left out. */
export function gemm(a: Value, b: Value, c: Value | null = null, options: GemmOptions = {}): Value {
  return apply(Gemm, c === null ? [a, b] : [a, b, c], {
    transA: int(options.transposeA ? 1 : 0),
    transB: int(options.transposeB ? 1 : 0),
    alpha: float(options.alpha ?? 1),
    beta: float(options.beta ?? 1),
  });
}

/** The last two axes exchanged. */
export function transposeLast(x: Value): Value {
  const axes = Array.from({ length: x.rank }, (_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

const asColumn = (x: Value): Value => reshape(x, [...x.shape, 1]);
const asRow = (x: Value): Value => reshape(x, [...x.shape.slice(0, -1), 1, x.shape.at(-1)!]);

export const MatMul: OpDefinition = {
  type: 'MatMul',
  infer: ({ inputs: [a, b] }) => {
    if (a!.dtype !== b!.dtype) throw new GraphError('The operands’ element types differ.');
    if (a!.rank === 0 || b!.rank === 0) throw new GraphError('A scalar has no matrix product.');
    const inner = b!.rank === 1 ? b!.shape[0] : b!.shape.at(-2);
    if (a!.shape.at(-1) !== inner) throw new GraphError(`The inner dimensions ${a!.shape.at(-1)} and ${inner} differ.`);
    const batch = broadcast(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    if (batch === null) throw new GraphError('The leading dimensions do not broadcast.');
    const rows = a!.rank === 1 ? [] : [a!.shape.at(-2)!];
    const columns = b!.rank === 1 ? [] : [b!.shape.at(-1)!];
    return [{ dtype: a!.dtype, shape: [...batch, ...rows, ...columns] }];
  },
  multiplyAdds: ({ inputs: [a], outputs: [y] }) => elementCount(y!.staticShape) * Number(a!.shape.at(-1)),
  gradient: ({ inputs: [a, b] }, [dy]) => {
    const left = a!.rank === 1 ? asRow(a!) : a!;
    const right = b!.rank === 1 ? asColumn(b!) : b!;
    const whole = (): Value => {
      const columns = b!.rank === 1 ? asColumn(dy!) : dy!;
      return a!.rank === 1 ? asRow(b!.rank === 1 ? columns : dy!) : columns;
    };
    return [
      () => withoutRow(a!, matmul(whole(), transposeLast(right))),
      () => withoutColumn(b!, rightCotangent(left, right, whole())),
    ];
  },
  samples: {
    'two matrices': (random) => {
      const [m, k, n] = [random.integer(1, 4), random.integer(1, 4), random.integer(1, 4)];
      return { inputs: [random.uniform([m, k]), random.uniform([k, n])], build: (a, b) => matmul(a!, b!) };
    },
    'a batch by one matrix': (random) => ({
      inputs: [random.uniform([2, 3, 4]), random.uniform([4, 2])],
      build: (a, b) => matmul(a!, b!),
    }),
    'broadcast batches': (random) => ({
      inputs: [random.uniform([2, 1, 3, 2]), random.uniform([3, 2, 2])],
      build: (a, b) => matmul(a!, b!),
    }),
    'a vector by a matrix': (random) => ({
      inputs: [random.uniform([3]), random.uniform([2, 3, 2])],
      build: (a, b) => matmul(a!, b!),
    }),
    'a matrix by a vector': (random) => ({
      inputs: [random.uniform([2, 3, 2]), random.uniform([2])],
      build: (a, b) => matmul(a!, b!),
    }),
    'two vectors': (random) => ({
      inputs: [random.uniform([3]), random.uniform([3])],
      build: (a, b) => matmul(a!, b!),
    }),
  },
};

/** aᵀ · dy; where b is one matrix for a whole batch, as one product over all rows instead of a sum of products. */
function rightCotangent(a: Value, b: Value, dy: Value): Value {
  if (b.rank > 2 || a.rank === 2) return matmul(transposeLast(a), dy);
  const rows = (x: Value): Value => reshape(x, [-1, x.shape.at(-1)!]);
  return gemm(rows(a), rows(dy), null, { transposeA: true });
}

const withoutRow = (operand: Value, cotangent: Value): Value =>
  operand.rank === 1 ? reshape(cotangent, [...cotangent.shape.slice(0, -2), cotangent.shape.at(-1)!]) : cotangent;
const withoutColumn = (operand: Value, cotangent: Value): Value =>
  operand.rank === 1 ? reshape(cotangent, cotangent.shape.slice(0, -1)) : cotangent;

export const Gemm: OpDefinition = {
  type: 'Gemm',
  infer: (call) => {
    const [a, b, c] = call.inputs;
    if (a!.rank !== 2 || b!.rank !== 2) throw new GraphError('Both factors must be matrices.');
    const { transposeA, transposeB } = optionsOf(call);
    const [rows, innerA] = transposeA ? [a!.shape[1]!, a!.shape[0]] : [a!.shape[0]!, a!.shape[1]];
    const [innerB, columns] = transposeB ? [b!.shape[1], b!.shape[0]!] : [b!.shape[0], b!.shape[1]!];
    if (innerA !== innerB) throw new GraphError(`The inner dimensions ${innerA} and ${innerB} differ.`);
    const shape = [rows, columns];
    const sum = c ? broadcast(shape, c.shape) : shape;
    if (sum === null || sum.length > 2 || sum.some((dim, axis) => dim !== shape[axis])) {
      throw new GraphError(`The summand does not broadcast to [${shape.join(', ')}].`);
    }
    return [{ dtype: a!.dtype, shape }];
  },
  multiplyAdds: (node) => {
    const inner = node.inputs[0]!.shape[optionsOf(node).transposeA ? 0 : 1];
    return elementCount(node.outputs[0]!.staticShape) * Number(inner);
  },
  gradient: (node, [dy]) => {
    const [a, b, c] = node.inputs;
    const { transposeA, transposeB, alpha, beta } = optionsOf(node);
    return [
      () =>
        transposeA
          ? gemm(b!, dy!, null, { transposeA: transposeB, transposeB: true, alpha })
          : gemm(dy!, b!, null, { transposeB: !transposeB, alpha }),
      () =>
        transposeB
          ? gemm(dy!, a!, null, { transposeA: true, transposeB: transposeA, alpha })
          : gemm(a!, dy!, null, { transposeA: !transposeA, alpha }),
      c ? () => (beta === 1 ? dy! : mul(dy!, beta)) : null,
    ];
  },
  samples: {
    'every transposition': (random) => {
      const [m, k, n] = [random.integer(1, 4), random.integer(1, 4), random.integer(1, 4)];
      const [transposeA, transposeB] = [random.pick([true, false]), random.pick([true, false])];
      return {
        inputs: [random.uniform(transposeA ? [k, m] : [m, k]), random.uniform(transposeB ? [n, k] : [k, n])],
        build: (a, b) => gemm(a!, b!, null, { transposeA, transposeB }),
      };
    },
    'a scaled row added': (random) => ({
      inputs: [random.uniform([3, 2]), random.uniform([2, 4]), random.uniform([4])],
      build: (a, b, c) => gemm(a!, b!, c!, { alpha: 0.5, beta: 2 }),
    }),
  },
};

const optionsOf = (node: Pick<Node, 'attributes'>): Required<GemmOptions> => ({
  transposeA: numberAttribute(node, 'transA', 0) === 1,
  transposeB: numberAttribute(node, 'transB', 0) === 1,
  alpha: numberAttribute(node, 'alpha', 1),
  beta: numberAttribute(node, 'beta', 1),
});
