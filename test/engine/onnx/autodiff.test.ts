import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { Graph, type Value } from '../../../src/main/engine/onnx/graph.ts';
import type { OpDefinition } from '../../../src/main/engine/onnx/op.ts';
import { gelu } from '../../../src/main/engine/onnx/ops/activations.ts';
import { add, exp, mul, sub } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { cast, floor } from '../../../src/main/engine/onnx/ops/comparison.ts';
import { matmul } from '../../../src/main/engine/onnx/ops/matmul.ts';
import { reduceSum } from '../../../src/main/engine/onnx/ops/reduce.ts';
import { softmax } from '../../../src/main/engine/onnx/ops/softmax.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf, type TensorData, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { GraphError } from '../../../src/shared/errors.ts';

const float64 = (shape: readonly number[], numbers: readonly number[]): TensorData =>
  tensorOf('float64', shape, numbers);

/** Runs a graph for the numbers of some of its values. */
async function evaluate(
  graph: Graph,
  values: readonly Value[],
  feeds: Readonly<Record<string, TensorData>>,
): Promise<readonly (readonly number[])[]> {
  for (const [index, value] of values.entries()) graph.output(`result ${index}`, value);
  const results = await runOnce(graph, feeds);
  return values.map((_, index) => numbersOf(results[`result ${index}`]!));
}

const typesSince = (graph: Graph, count: number): readonly string[] =>
  graph.nodes.slice(count).map(({ op }) => op.type);

const UNKNOWN: OpDefinition = {
  type: 'Mystery',
  domain: 'elsewhere',
  infer: ({ inputs }) => [inputs[0]!.type!],
  samples: {},
};

describe('gradients', () => {
  it('adds no node for the cotangent of a frozen constant', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2, 3]);
    const weight = graph.constant(float64([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]));
    const y = matmul(x, weight);
    const before = graph.nodes.length;
    const [dx] = gradients(graph, y, [x]);
    expect(dx!.shape).toEqual([2, 3]);
    expect(typesSince(graph, before)).toEqual(['Expand', 'Transpose', 'MatMul']);
  });

  it('adds no node before what it is asked for', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2]);
    const weight = graph.input('weight', 'float64', [2]);
    const y = mul(exp(exp(x)), weight);
    const before = graph.nodes.length;
    gradients(graph, y, [weight], graph.constant(float64([2], [1, 1])));
    expect(typesSince(graph, before)).toEqual(['Mul']);
  });

  it('is zero for what the output does not depend on', async () => {
    const graph = new Graph();
    const [x, other] = [graph.input('x', 'float64', [2]), graph.input('other', 'float64', [3])];
    mul(other, 2);
    const [dx, dOther] = gradients(graph, mul(x, 3), [x, other]);
    const feeds = { x: float64([2], [1, 2]), other: float64([3], [1, 2, 3]) };
    expect(await evaluate(graph, [dx!, dOther!], feeds)).toEqual([
      [3, 3],
      [0, 0, 0],
    ]);
  });

  it('is zero beyond a step and a cast to integers', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2]);
    const whole = cast(cast(x, 'int64'), 'float64');
    const [dx] = gradients(graph, add(add(floor(x), whole), mul(x, 2)), [x]);
    expect(await evaluate(graph, [dx!], { x: float64([2], [1.5, -0.5]) })).toEqual([[2, 2]]);
  });

  it('sums over the uses of a value', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2]);
    const y = add(add(mul(x, x), mul(x, 5)), x);
    const [dx] = gradients(graph, y, [x]);
    expect(await evaluate(graph, [dx!], { x: float64([2], [1, -3]) })).toEqual([[8, 0]]);
  });

  it('gives a value’s own cotangent where it is both the output and asked for', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2]);
    const [dx] = gradients(graph, x, [x]);
    expect(await evaluate(graph, [dx!], { x: float64([2], [4, 5]) })).toEqual([[1, 1]]);
  });

  it('sums over the axes along which an operand was repeated', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [3]);
    const rows = graph.constant(float64([2, 3], [1, 2, 3, 4, 5, 6]));
    const [dx] = gradients(graph, mul(rows, x), [x]);
    expect(dx!.shape).toEqual([3]);
    expect(await evaluate(graph, [dx!], { x: float64([3], [0, 0, 0]) })).toEqual([[5, 7, 9]]);
  });

  it.each([[[70, 3]], [[5, 20, 3]]])('sums the cotangent over the many rows of %j', async (shape) => {
    const graph = new Graph();
    const [rows, x] = [graph.input('rows', 'float64', shape), graph.input('x', 'float64', [3])];
    const [dx] = gradients(graph, mul(rows, x), [x]);
    const count = shape.reduce((product, size) => product * size, 1);
    const numbers = Array.from({ length: count }, (_, index) => index);
    const sums = [0, 1, 2].map((column) => numbers.filter((n) => n % 3 === column).reduce((sum, n) => sum + n, 0));
    expect(await evaluate(graph, [dx!], { rows: float64(shape, numbers), x: float64([3], [0, 0, 0]) })).toEqual([sums]);
  });

  it('starts from the cotangent given', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [3]);
    const cotangent = graph.input('cotangent', 'float64', [3]);
    const [dx] = gradients(graph, mul(x, x), [x], cotangent);
    const feeds = { x: float64([3], [1, 2, 3]), cotangent: float64([3], [1, 0, -2]) };
    expect(await evaluate(graph, [dx!], feeds)).toEqual([[2, 0, -12]]);
  });

  it('refuses a cotangent of another shape than the output', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2, 3]);
    const row = graph.input('row', 'float64', [3]);
    expect(() => gradients(graph, exp(x), [x], row)).toThrow(/row: float64\[3\].*must have the shape of.*\[2, 3\]/);
  });

  it('gives cotangents of values between the inputs and the output', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2]);
    const middle = exp(x);
    const [dMiddle] = gradients(graph, mul(middle, middle), [middle]);
    expect(await evaluate(graph, [dMiddle!], { x: float64([2], [0, 0]) })).toEqual([[2, 2]]);
  });

  it('refuses integers, asked for or as the output', () => {
    const graph = new Graph();
    const [x, index] = [graph.input('x', 'float64', [2]), graph.input('index', 'int64', [2])];
    const y = mul(x, cast(index, 'float64'));
    expect(() => gradients(graph, y, [index])).toThrow(GraphError);
    expect(() => gradients(graph, y, [index])).toThrow(/index.*not floating point/);
    expect(() => gradients(graph, mul(index, 2), [x])).toThrow(/not floating point/);
  });

  it('never differentiates integers on the way', () => {
    const graph = new Graph();
    const [x, index] = [graph.input('x', 'float64', [2]), graph.input('index', 'int64', [2])];
    const y = mul(x, cast(mul(index, 2), 'float64'));
    const before = graph.nodes.length;
    gradients(graph, y, [x]);
    expect(typesSince(graph, before)).toEqual(['Expand', 'Mul']);
  });

  it('names an op that has no gradient, with its domain and operands', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2]);
    const [y] = graph.add(UNKNOWN, [x], {}, 1, 'layer 3');
    expect(() => gradients(graph, mul(y!, 2), [x])).toThrow(GraphError);
    expect(() => gradients(graph, mul(y!, 2), [x])).toThrow(/elsewhere\.Mystery\(x: float64\[2\]\).*layer 3/);
  });

  it('passes by an op that has no gradient where nothing asked for lies behind it', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2]);
    const [unknown] = graph.add(UNKNOWN, [graph.input('other', 'float64', [2])]);
    const [dx] = gradients(graph, add(mul(x, 3), unknown!), [x]);
    expect(dx!.shape).toEqual([2]);
  });

  it('differentiates its own gradients', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2, 3]);
    const direction = graph.constant(float64([2, 3], [0.3, -1, 0.5, 2, 0.1, -0.7]));
    const target = graph.constant(float64([2, 3], [1, 0, 0, 0, 0.5, 0.5]));
    const error = sub(softmax(mul(x, x)), target);
    const [slope] = gradients(graph, reduceSum(mul(error, error)), [x]);
    const along = reduceSum(mul(slope!, direction));
    const [curvature] = gradients(graph, along, [x]);
    const at = [0.2, -0.6, 1.1, 0.9, -0.3, 0.5];
    const step = 1e-5;
    graph.output('along', along);
    graph.output('curvature', curvature!);
    const run = async (output: string, numbers: readonly number[]): Promise<readonly number[]> =>
      numbersOf((await runOnce(graph, { x: float64([2, 3], numbers) }))[output]!);
    for (const [index, number] of (await run('curvature', at)).entries()) {
      const [above] = await run('along', at.with(index, at[index]! + step));
      const [below] = await run('along', at.with(index, at[index]! - step));
      expect(number).toBeCloseTo((above! - below!) / (2 * step), 7);
    }
  });
});

describe('gelu below operator set 20', () => {
  it.each(['none', 'tanh'] as const)('is composed to the numbers of the op (%s)', async (approximate) => {
    const x = tensorOf('float32', [7], [-6, -2, -0.5, 0, 0.5, 2, 6]);
    const results = [];
    for (const opset of [17, 20]) {
      const graph = new Graph(opset);
      const input = graph.input('x', 'float32', [7]);
      const y = gelu(input, approximate);
      const [slope] = gradients(graph, y, [input]);
      expect(graph.nodes.some(({ op }) => op.type === 'Gelu')).toBe(opset === 20);
      results.push(await evaluate(graph, [y, slope!], { x }));
    }
    for (const [index, composed] of results[0]!.entries()) {
      for (const [at, number] of composed.entries()) expect(number).toBeCloseTo(results[1]![index]![at]!, 6);
    }
  });
});
