import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { decodeGraph } from '../../../src/main/engine/onnx/decode.ts';
import { encodeGraph } from '../../../src/main/engine/onnx/encode.ts';
import { readModel } from '../../../src/main/engine/onnx/format/model-file.ts';
import type { Graph } from '../../../src/main/engine/onnx/graph.ts';
import { cutAt } from '../../../src/main/engine/onnx/passes/cut.ts';
import { fixShapes } from '../../../src/main/engine/onnx/passes/fix-shapes.ts';
import { optimise } from '../../../src/main/engine/onnx/passes/optimise.ts';
import { compile, compileFile, runOnce } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { PYTORCH_MODEL } from '../../support/pytorch-model.ts';
import { seededRandom } from '../../support/random.ts';
import { bitsOf, runAndRelease } from './support/same-numbers.ts';

const BATCH = 2;
const SHAPE = [BATCH, 1, 48, 48];

const random = seededRandom(7);
const draw = (count: number): readonly number[] => Array.from({ length: count }, random);
const start = draw(BATCH * 2304).map((number) => Math.floor(number * 256));
const pixels = tensorOf('uint8', SHAPE, start);
const cotangent = draw(BATCH * 8).map((number) => number * 2 - 1);

describe('a classifier that PyTorch’s exporter wrote', () => {
  it('is read and written to a file of the same outputs, bit by bit', async () => {
    const again = encodeGraph(decodeGraph(readFileSync(PYTORCH_MODEL)));
    expect(Buffer.compare(again, encodeGraph(decodeGraph(again)))).toBe(0);
    const expected = bitsOf(await runAndRelease(await compileFile(PYTORCH_MODEL), { pixels }));
    expect(bitsOf(await runOnce(decodeGraph(again), { pixels }))).toEqual(expected);
  });

  it('keeps the names of its inputs, outputs and weights', () => {
    const graph = readModel(PYTORCH_MODEL);
    expect(graph.inputs.map(String)).toEqual(['pixels: uint8[n, 1, 48, 48]']);
    expect([...graph.outputs.keys()]).toEqual(['probabilities', 'logits', 'embedding']);
    expect(graph.constants.map(({ name }) => name)).toContain('m.nr.a.weight');
  });

  it('has an input gradient that central differences of its outputs confirm', { timeout: 60_000 }, async () => {
    const graph = floatInput(readModel(PYTORCH_MODEL));
    const forward = await compile(graph);
    const objective = async (numbers: readonly number[]): Promise<number> => {
      const { logits } = await forward.run({ image: tensorOf('float32', SHAPE, numbers) }, ['logits']);
      return dot(numbersOf(logits!), cotangent);
    };
    const difference = async (direction: readonly number[], step: number): Promise<number> => {
      const moved = (by: number): Promise<number> =>
        objective(start.map((number, pixel) => number + by * direction[pixel]!));
      return ((await moved(step)) - (await moved(-step))) / (2 * step);
    };
    const weights = graph.constant(tensorOf('float32', [BATCH, 8], cotangent));
    graph.output('gradient', gradients(graph, graph.outputs.get('logits')!, [graph.inputs[0]!], weights)[0]!);
    const found = await runOnce(graph, { image: tensorOf('float32', SHAPE, start) });
    const gradient = numbersOf(found.gradient!);

    // Steps are below most kinks of the activations and above the rounding of float32 logits.
    expect(found.gradient!.shape).toEqual(SHAPE);
    const largest = Math.max(...gradient.map(Math.abs));
    for (const pixel of [...steepest(gradient, 8), 0, 1200, 3000, 4607]) {
      const error =
        gradient[pixel]! -
        (await difference(
          start.map((_, at) => (at === pixel ? 1 : 0)),
          0.125,
        ));
      expect(Math.abs(error) / largest, `pixel ${pixel}`).toBeLessThan(0.01);
    }
    const uphill = gradient.map(Math.sign);
    expect(Math.abs(dot(gradient, uphill) / (await difference(uphill, 0.05)) - 1)).toBeLessThan(0.002);
    await forward.release();
  });
});

/** The model with float32 pixels, called `image`, in place of the uint8 ones that it casts first. */
function floatInput(graph: Graph): Graph {
  const fixed = optimise(fixShapes(graph, { pixels: SHAPE }));
  const cast = fixed.nodes.find(({ op, inputs }) => op.type === 'Cast' && inputs[0]!.name === 'pixels')!;
  return cutAt(fixed, cast.outputs[0]!.name, 'image');
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0);

const steepest = (gradient: readonly number[], count: number): readonly number[] =>
  gradient
    .map((value, pixel) => ({ pixel, size: Math.abs(value) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, count)
    .map(({ pixel }) => pixel);
