import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { Graph, type Value } from '../../../src/main/engine/onnx/graph.ts';
import { mul } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { affineGrid, composedGridSample, gridSample } from '../../../src/main/engine/onnx/ops/grid-sample.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { elementCount, numbersOf, type TensorData, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { seededRandom } from '../../support/random.ts';

const random = seededRandom(5);
const uniform = (shape: readonly number[], low = -1, high = 1): TensorData =>
  tensorOf(
    'float32',
    shape,
    Array.from({ length: elementCount(shape) }, () => low + random() * (high - low)),
  );
const distance = (a: TensorData, b: TensorData): number => {
  expect(a.shape).toEqual(b.shape);
  const others = numbersOf(b);
  return numbersOf(a).reduce((most, value, at) => Math.max(most, Math.abs(value - others[at]!)), 0);
};

describe('gridSample', () => {
  const image = uniform([2, 3, 6, 9]);
  const grid = uniform([2, 7, 5, 2], -3, 3);

  it.each([
    [17, true],
    [17, false],
    [20, true],
    [20, false],
  ])(
    'composed of gathers is the op, with its gradients (opset %i, corners aligned: %s)',
    async (opset, alignCorners) => {
      const graph = new Graph(opset);
      const x = graph.input('x', 'float32', image.shape);
      const places = graph.input('places', 'float32', grid.shape);
      const ways = { op: gridSample, composed: composedGridSample };
      for (const [name, way] of Object.entries(ways)) {
        const y = graph.output(name, way(x, places, { alignCorners }));
        const cotangent = mul(y, y);
        for (const [at, found] of gradients(graph, y, [x, places], cotangent).entries()) {
          graph.output(`${name}.${at}`, found);
        }
      }
      const results = await runOnce(graph, { x: image, places: grid });
      expect(distance(results.composed!, results.op!)).toBeLessThan(1e-5);
      expect(distance(results['composed.0']!, results['op.0']!)).toBeLessThan(1e-5);
      expect(distance(results['composed.1']!, results['op.1']!)).toBeLessThan(1e-4);
      expect(Math.max(...numbersOf(results['op.1']!))).toBeGreaterThan(0);
    },
  );

  it('composed of gathers runs with an open batch', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['n', 3, 6, 9]);
    const places = graph.input('places', 'float32', ['n', 7, 5, 2]);
    for (const [name, way] of Object.entries({ op: gridSample, composed: composedGridSample })) {
      expect(graph.output(name, way(x, places, { alignCorners: true })).shape).toEqual(['n', 3, 7, 5]);
    }
    const { op, composed } = await runOnce(graph, { x: image, places: grid });
    expect(distance(composed!, op!)).toBeLessThan(1e-5);
  });

  it('refuses a grid of another batch or another number of coordinates', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3, 6, 9]);
    const of = (name: string, shape: readonly number[]): Value => graph.input(name, 'float32', shape);
    expect(() => gridSample(x, of('a', [1, 7, 5, 2]), { alignCorners: true })).toThrow(
      'GridSample(x: float32[2, 3, 6, 9]',
    );
    expect(() => gridSample(x, of('b', [2, 7, 5, 3]), { alignCorners: true })).toThrow('coordinate');
  });
});

describe('affineGrid', () => {
  it.each([true, false])('of the identity samples the image as it is (corners aligned: %s)', async (alignCorners) => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1, 2, 5, 8]);
    const theta = graph.constant(tensorOf('float32', [1, 2, 3], [1, 0, 0, 0, 1, 0]));
    graph.output('y', gridSample(x, affineGrid(theta, [5, 8], { alignCorners }), { alignCorners }));
    const image = uniform([1, 2, 5, 8]);
    expect(distance((await runOnce(graph, { x: image })).y!, image)).toBeLessThan(1e-5);
  });

  it('maps every place by its own face’s theta', async () => {
    const graph = new Graph();
    const theta = graph.input('theta', 'float32', ['n', 2, 3]);
    graph.output('grid', affineGrid(theta, [2, 3], { alignCorners: true }));
    const numbers = [2, 0, 0.5, 0, 3, -0.5, 0, 1, 0, 1, 0, 0];
    const { grid } = await runOnce(graph, { theta: tensorOf('float32', [2, 2, 3], numbers) });
    expect(grid!.shape).toEqual([2, 2, 3, 2]);
    const [stretched, mirrored] = [
      [-1.5, -3.5, 0.5, -3.5, 2.5, -3.5, -1.5, 2.5, 0.5, 2.5, 2.5, 2.5],
      [-1, -1, -1, 0, -1, 1, 1, -1, 1, 0, 1, 1],
    ];
    expect(numbersOf(grid!)).toEqual([...stretched, ...mirrored]);
  });
});
