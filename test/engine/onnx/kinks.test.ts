import { describe, expect, it } from 'vitest';
import { int } from '../../../src/main/engine/onnx/attributes.ts';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { Graph, type Value } from '../../../src/main/engine/onnx/graph.ts';
import { clip, leakyRelu, relu } from '../../../src/main/engine/onnx/ops/activations.ts';
import { abs, maximum, minimum } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { reduceL2, reduceMax, reduceMin } from '../../../src/main/engine/onnx/ops/reduce.ts';
import { reshape } from '../../../src/main/engine/onnx/ops/shaping.ts';
import { Softmax, softmax } from '../../../src/main/engine/onnx/ops/softmax.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';

/** The gradients of Σ y for operands of equal length. */
async function gradientsOf(
  build: (...operands: readonly Value[]) => Value,
  ...operands: readonly (readonly number[])[]
): Promise<readonly (readonly number[])[]> {
  const graph = new Graph();
  const inputs = operands.map((numbers, index) => graph.input(`x${index}`, 'float32', [numbers.length]));
  for (const [index, found] of gradients(graph, build(...inputs), inputs).entries()) graph.output(`dx${index}`, found);
  const feeds = operands.map((numbers, index) => [`x${index}`, tensorOf('float32', [numbers.length], numbers)]);
  const results = await runOnce(graph, Object.fromEntries(feeds));
  return operands.map((_, index) => numbersOf(results[`dx${index}`]!));
}

describe('the gradient where there is no derivative', () => {
  it.each([
    ['relu', relu, [0, 0, 1]],
    ['leakyRelu', (x: Value) => leakyRelu(x, 0.25), [0.25, 0.25, 1]],
    ['abs', abs, [-1, 0, 1]],
    ['clip at its lower bound', (x: Value) => clip(x, 0), [0, 1, 1]],
    ['clip at its upper bound', (x: Value) => clip(x, null, 0), [1, 1, 0]],
  ])('is the documented one at 0: %s', async (_, build, expected) => {
    expect(await gradientsOf((x) => build(x!), [-1, 0, 1])).toEqual([expected]);
  });

  it('is all the first operand’s where the operands of a maximum or minimum tie', async () => {
    expect(await gradientsOf((a, b) => maximum(a!, b!), [1, 2, 3], [2, 2, 2])).toEqual([
      [0, 1, 1],
      [1, 0, 0],
    ]);
    expect(await gradientsOf((a, b) => minimum(a!, b!), [1, 2, 3], [2, 2, 2])).toEqual([
      [1, 1, 0],
      [0, 0, 1],
    ]);
  });

  it('is shared evenly by the elements that tie for a reduction’s extreme', async () => {
    expect(await gradientsOf((x) => reduceMax(x!), [3, 1, 3, 2])).toEqual([[0.5, 0, 0.5, 0]]);
    expect(await gradientsOf((x) => reduceMin(x!), [3, 1, 1, 2])).toEqual([[0, 0.5, 0.5, 0]]);
  });

  it('is 0 for the length of a vector of zeros', async () => {
    expect(await gradientsOf((x) => reduceL2(x!), [0, 0])).toEqual([[0, 0]]);
  });
});

describe('softmax below operator set 13', () => {
  it('runs over all axes from the given one on, and so does its gradient', async () => {
    const shape = [2, 2, 3];
    const numbers = Array.from({ length: 12 }, (_, at) => Math.sin(at * 1.3));
    const results = [];
    for (const opset of [12, 20]) {
      const graph = new Graph(opset);
      const x = graph.input('x', 'float32', shape);
      const cotangent = graph.input('dy', 'float32', shape);
      const y =
        opset === 12 ? graph.add(Softmax, [x], { axis: int(1) })[0]! : reshape(softmax(reshape(x, [2, 6])), shape);
      graph.output('y', y);
      graph.output('dx', gradients(graph, y, [x], cotangent)[0]!);
      const dy = tensorOf('float32', shape, numbers.toReversed());
      const { y: found, dx } = await runOnce(graph, { x: tensorOf('float32', shape, numbers), dy });
      results.push([...numbersOf(found!), ...numbersOf(dx!)]);
    }
    for (const [at, number] of results[0]!.entries()) expect(number).toBeCloseTo(results[1]![at]!, 6);
  });

  it('refuses to be built along another axis than the last', () => {
    const x = new Graph(12).input('x', 'float32', [2, 3]);
    expect(() => softmax(x, 0)).toThrow(/operator set 13/);
    expect(softmax(x, -1).shape).toEqual([2, 3]);
  });
});
