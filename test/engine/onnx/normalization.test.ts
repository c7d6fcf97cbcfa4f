import { describe, expect, it } from 'vitest';
import { int } from '../../../src/main/engine/onnx/attributes.ts';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { applyMany, Graph, type Value } from '../../../src/main/engine/onnx/graph.ts';
import { LayerNormalization, layerNormalization } from '../../../src/main/engine/onnx/ops/layer-normalization.ts';
import {
  BatchNormalization,
  batchNormalization,
  batchNormalizationTraining,
} from '../../../src/main/engine/onnx/ops/normalization.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { type Sample, sampleRandom } from '../../../src/main/engine/onnx/sample.ts';
import { numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { GraphError } from '../../../src/shared/errors.ts';
import { seededRandom } from '../../support/random.ts';
import { compareGradients } from './op-case.ts';

const SEEDS = [1, 2, 3];

const near = (...numbers: readonly number[]): unknown => numbers.map((number) => expect.closeTo(number, 12));

describe('batch normalisation in training', () => {
  it('normalises by the batch and moves the running statistics as PyTorch does', async () => {
    const graph = new Graph();
    const constant = (shape: readonly number[], numbers: readonly number[]): Value =>
      graph.constant(tensorOf('float64', shape, numbers));
    const result = batchNormalizationTraining(
      constant([2, 2, 1, 2], [1, 2, 10, 20, 3, 6, 30, 40]),
      constant([2], [2, 1]),
      constant([2], [0.5, -1]),
      constant([2], [1, 5]),
      constant([2], [2, 100]),
      { epsilon: 0, momentum: 0.1 },
    );
    for (const [name, value] of Object.entries(result)) graph.output(name, value);
    const { output, runningMean, runningVariance } = await runOnce(graph, {});
    // Channel 0 holds 1 2 3 6 (mean 3, squares 14), channel 1 holds 10 20 30 40 (mean 25, squares 500).
    expect(numbersOf(runningMean!)).toEqual(near(0.9 * 1 + 0.1 * 3, 0.9 * 5 + 0.1 * 25));
    expect(numbersOf(runningVariance!)).toEqual(near(0.9 * 2 + (0.1 * 14) / 3, 0.9 * 100 + (0.1 * 500) / 3));
    const first = (x: number): number => (2 * (x - 3)) / Math.sqrt(14 / 4) + 0.5;
    const second = (x: number): number => (x - 25) / Math.sqrt(500 / 4) - 1;
    expect(numbersOf(output!)).toEqual(
      near(first(1), first(2), second(10), second(20), first(3), first(6), second(30), second(40)),
    );
  });

  it.each(SEEDS)('has the gradient that central differences give (seed %i)', async (seed) => {
    const random = sampleRandom(seededRandom(seed));
    const shape = random.pick([
      [3, 2, 2, 3],
      [4, 3],
      [2, 2, 5],
    ]);
    const channels = [shape[1]!];
    const sample: Sample = {
      inputs: [shape, channels, channels, channels, channels].map((operand) => random.uniform(operand)),
      build: (x, scale, bias, mean, variance) =>
        Object.values(batchNormalizationTraining(x!, scale!, bias!, mean!, variance!, { epsilon: 1e-2 })),
    };
    await compareGradients(sample, 'float64');
  });

  it('is refused where a channel has one element', () => {
    const graph = new Graph();
    const channels = graph.input('channels', 'float32', [3]);
    const train = () =>
      batchNormalizationTraining(graph.input('x', 'float32', [1, 3]), channels, channels, channels, channels);
    expect(train).toThrow(/one element a channel/);
  });
});

describe('the gradient of batch normalisation', () => {
  it('is refused for a file’s node in training mode', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3, 4, 4]);
    const channels = graph.input('channels', 'float32', [3]);
    const operands = [x, channels, channels, channels, channels];
    const [y] = applyMany(BatchNormalization, operands, { training_mode: int(1) }, 3);
    expect(() => gradients(graph, y!, [x])).toThrow(GraphError);
    expect(() => gradients(graph, y!, [x])).toThrow(/evaluation mode/);
  });

  it('costs nothing for statistics that are frozen', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3, 4, 4]);
    const channels = graph.input('channels', 'float32', [3]);
    gradients(graph, batchNormalization(x, channels, channels, channels, channels), [x]);
    expect(graph.nodes.map(({ op }) => op.type)).not.toContain('ReduceSum');
  });
});

describe('the gradient of layer normalisation', () => {
  const sample = (seed: number): Sample => {
    const random = sampleRandom(seededRandom(seed));
    return {
      inputs: [random.uniform([2, 3, 6], -3, 3), random.uniform([6], 0.5, 1.5), random.uniform([6])],
      build: (x, scale, bias) => layerNormalization(x!, scale!, bias!),
    };
  };

  it.each(SEEDS)('from the runtime’s own statistics is what central differences give (seed %i)', async (seed) => {
    await compareGradients(sample(seed), 'float32');
  });

  it.each(SEEDS)('of the statistics themselves is what central differences give (seed %i)', async (seed) => {
    const { inputs } = sample(seed);
    const build = (...[x, scale]: readonly Value[]) => applyMany(LayerNormalization, [x!, scale!], {}, 3);
    await compareGradients({ inputs, build }, 'float32');
  });

  it.each(SEEDS)('of a file’s node without statistics is what central differences give (seed %i)', async (seed) => {
    const { inputs } = sample(seed);
    const build = (...operands: readonly Value[]) => applyMany(LayerNormalization, operands, {}, 1);
    await compareGradients({ inputs, build }, 'float32');
  });

  it('adds no second node where the first has the statistics', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [5, 6]);
    gradients(graph, layerNormalization(x, graph.input('scale', 'float32', [6])), [x]);
    expect(graph.nodes.filter(({ op }) => op.type === 'LayerNormalization')).toHaveLength(1);
  });
});
