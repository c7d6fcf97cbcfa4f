import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/main/engine/onnx/graph.ts';
import { diagonalBlock, interpolationMatrix } from '../../../src/main/engine/onnx/interpolation.ts';
import { resize, resizeByProducts } from '../../../src/main/engine/onnx/ops/resize.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { seededRandom } from '../../support/random.ts';

const matrixOf = (mode: 'linear' | 'cubic', from: number, to: number): Float32Array =>
  interpolationMatrix(
    { from, to, scale: to / from },
    {
      mode,
      coordinates: 'half_pixel',
      nearest: '',
      cubicCoefficient: -0.75,
      excludeOutside: false,
      antialias: false,
    },
  );

describe('resize', () => {
  it.each([17, 20])('gives exactly the size asked for with an open batch (opset %i)', async (opset) => {
    const random = seededRandom(opset);
    const side = (): number => 1 + Math.floor(random() * 400);
    const graph = new Graph(opset);
    const feeds = Array.from({ length: 60 }, (_, at) => {
      const [height, width, tall, wide] = [side(), side(), side(), side()];
      const x = graph.input(`x${at}`, 'float32', ['n', 1, height, width]);
      const y = graph.output(`y${at}`, resize(x, [tall, wide], { mode: 'nearest' }));
      expect(y.shape).toEqual(['n', 1, tall, wide]);
      return [x.name, tensorOf('float32', [1, 1, height, width], new Float32Array(height * width))] as const;
    });
    const results = await runOnce(graph, Object.fromEntries(feeds));
    for (const [name, y] of graph.outputs) expect(results[name]!.shape, name).toEqual([1, ...y.shape.slice(1)]);
  });

  it.each(['linear', 'cubic'] as const)(
    'computes the product with the interpolation matrix (%s, opset 17)',
    async (mode) => {
      const [from, to] = [11, 7];
      const random = seededRandom(3);
      const graph = new Graph(17);
      const x = graph.input('x', 'float32', [1, 1, 1, from]);
      graph.output('y', resize(x, [1, to], { mode }));
      const row = Array.from({ length: from }, random);
      const { y } = await runOnce(graph, { x: tensorOf('float32', [1, 1, 1, from], row) });
      const matrix = matrixOf(mode, from, to);
      const expected = Array.from({ length: to }, (_, place) =>
        row.reduce((sum, value, at) => sum + value * matrix[place * from + at]!, 0),
      );
      expect(Math.max(...numbersOf(y!).map((value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(1e-6);
    },
  );

  it.each(['nearest', 'linear', 'cubic'] as const)('is the same as two products (%s)', async (mode) => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['n', 2, 5, 8]);
    graph.output('op', resize(x, [11, 6], { mode }));
    graph.output('products', resizeByProducts(x, [11, 6], { mode }));
    const feeds = { x: tensorOf('float32', [3, 2, 5, 8], Array.from({ length: 240 }, seededRandom(7))) };
    const { op, products } = await runOnce(graph, feeds);
    expect(products!.shape).toEqual([3, 2, 11, 6]);
    const other = numbersOf(products!);
    expect(Math.max(...numbersOf(op!).map((value, at) => Math.abs(value - other[at]!)))).toBeLessThan(1e-6);
  });

  it('refuses coordinates that it does not know', () => {
    const axis = { from: 4, to: 2, scale: 0.5 };
    const options = { mode: 'linear', nearest: '', cubicCoefficient: 0, excludeOutside: false, antialias: false };
    expect(() => interpolationMatrix(axis, { ...options, coordinates: 'elsewhere' })).toThrow('elsewhere');
  });

  it.each([
    ['linear', 384, 224, 32],
    ['linear', 48, 28, 4],
    ['linear', 11, 7, 1],
    ['linear', 6, 12, 1],
    ['cubic', 384, 224, 1],
  ] as const)('finds what a %s resize from %i to %i repeats: %i times', (mode, from, to, times) => {
    const matrix = matrixOf(mode, from, to);
    const { groups, rows, columns, block } = diagonalBlock(matrix, to, from);
    expect([groups, rows * groups, columns * groups]).toEqual([times, to, from]);
    const worst = matrix.reduce((most, weight, at) => {
      const [row, column] = [Math.floor(at / from), at % from];
      const here = Math.floor(row / rows) === Math.floor(column / columns);
      const repeated = here ? block[(row % rows) * columns + (column % columns)]! : 0;
      return Math.max(most, Math.abs(weight - repeated));
    }, 0);
    expect(worst).toBeLessThan(1e-4);
  });
});
