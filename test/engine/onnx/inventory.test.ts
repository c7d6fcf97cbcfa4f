import { describe, expect, it } from 'vitest';
import { gradientObstacle } from '../../../src/main/engine/onnx/gradient-obstacle.ts';
import { Graph, type Value } from '../../../src/main/engine/onnx/graph.ts';
import { inventory, weightCount } from '../../../src/main/engine/onnx/inventory.ts';
import { opaqueOp } from '../../../src/main/engine/onnx/opaque.ts';
import { relu } from '../../../src/main/engine/onnx/ops/activations.ts';
import { mul } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { cast } from '../../../src/main/engine/onnx/ops/comparison.ts';
import { conv, convTranspose } from '../../../src/main/engine/onnx/ops/conv.ts';
import { gemm, matmul } from '../../../src/main/engine/onnx/ops/matmul.ts';
import { reshape } from '../../../src/main/engine/onnx/ops/shaping.ts';
import { int64List, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';

describe('the inventory of a graph', () => {
  const input = (shape: readonly (number | string)[]): Value => new Graph().input('x', 'float32', shape);
  const weight = (like: Value, shape: readonly number[]): Value => like.graph.input('w', 'float32', shape);
  const costOf = ({ graph }: Value): number =>
    inventory(graph).reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);

  it.each<[string, (x: Value) => Value, readonly number[], number]>([
    ['a matrix product: rows × inner × columns', (x) => matmul(x, weight(x, [5, 7])), [2, 3, 5], 2 * 3 * 5 * 7],
    ['a transposed Gemm', (x) => gemm(x, weight(x, [5, 7]), null, { transposeA: true }), [5, 3], 3 * 5 * 7],
    [
      'a convolution: positions × channels × kernel',
      (x) => conv(x, weight(x, [6, 3, 5, 5])),
      [2, 3, 8, 9],
      2 * 6 * 4 * 5 * 3 * 25,
    ],
    [
      'groups: each kernel sees its own channels',
      (x) => conv(x, weight(x, [6, 2, 1, 1]), null, { group: 2 }),
      [1, 4, 3, 3],
      6 * 9 * 2,
    ],
    [
      'a transposed convolution: each pixel by each kernel',
      (x) => convTranspose(x, weight(x, [3, 2, 4, 4]), null, { strides: 2 }),
      [1, 3, 5, 5],
      25 * 3 * 2 * 16,
    ],
    ['none of what is neither', (x) => relu(mul(x, 2)), [4, 4], 0],
  ])('counts the multiply-adds of %s', (_, build, shape, expected) => {
    expect(costOf(build(input(shape)))).toBe(expected);
  });

  it('counts no work where the batch is open', () => {
    const x = input(['n', 4]);
    expect(costOf(matmul(x, weight(x, [4, 2])))).toBe(0);
  });

  it('has each op once, the most costly first, and says what is known of it', () => {
    const x = input([2, 2]);
    const [odd] = x.graph.add(opaqueOp('Frobnicate', 'com.example'), [relu(relu(x))]);
    matmul(x, weight(x, [2, 2]));
    expect(odd!.type).toBeNull();
    expect(inventory(x.graph)).toEqual([
      { op: 'MatMul', nodes: 1, multiplyAdds: 8, known: true, differentiable: true },
      { op: 'Relu', nodes: 2, multiplyAdds: 0, known: true, differentiable: true },
      { op: 'com.example.Frobnicate', nodes: 1, multiplyAdds: 0, known: false, differentiable: false },
    ]);
  });

  it('counts as weights what is floating point and more than one number', () => {
    const graph = new Graph();
    graph.constant(tensorOf('float32', [2, 3], [1, 2, 3, 4, 5, 6]));
    graph.constant(tensorOf('float64', [2], [1, 2]));
    graph.constant({ dtype: 'bfloat16', shape: [4], data: new Uint16Array(4) });
    graph.constant(tensorOf('float32', [1], [1]));
    graph.constant(int64List([1, 2, 3]));
    expect(weightCount(graph)).toBe(12);
  });
});

describe('what is in the way of a graph’s gradients', () => {
  const strange = (x: Value): Value => x.graph.add(opaqueOp('Frobnicate', 'com.example'), [x])[0]!;
  const obstacle = (dtype: 'float32' | 'uint8', build: (x: Value) => Value): string | null => {
    const graph = new Graph();
    graph.output('y', build(graph.input('x', dtype, [2, 2])));
    return gradientObstacle(graph);
  };

  it('is nothing where every op on the way has a gradient', () => {
    expect(obstacle('float32', (x) => matmul(relu(x), x))).toBeNull();
  });

  it('is nothing for bytes that are made floating point first', () => {
    expect(obstacle('uint8', (x) => relu(cast(reshape(x, [4]), 'float32')))).toBeNull();
  });

  it('is an unknown op on the way, by its name', () => {
    expect(obstacle('float32', (x) => strange(relu(x)))).toBe('com.example.Frobnicate has no gradient here.');
  });

  it('is not an unknown op beside the way', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    strange(x);
    graph.output('y', relu(x));
    expect(gradientObstacle(graph)).toBeNull();
  });

  it('is that nothing is floating point', () => {
    expect(obstacle('uint8', (x) => reshape(x, [4]))).toBe('Nothing of floating point is computed from the inputs.');
    expect(obstacle('float32', (x) => cast(x, 'int64'))).toBe('None of the outputs is floating point.');
  });
});
