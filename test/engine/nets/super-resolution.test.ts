import { describe, expect, it } from 'vitest';
import { initialise } from '../../../src/main/engine/nets/init.ts';
import { instantiate, parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import type { NetDefinition } from '../../../src/main/engine/nets/net.ts';
import type { ParameterSpec } from '../../../src/main/engine/nets/scope.ts';
import { type DicConfig, dic } from '../../../src/main/engine/nets/super-resolution/dic.ts';
import { espcn } from '../../../src/main/engine/nets/super-resolution/espcn.ts';
import { fsrcnn } from '../../../src/main/engine/nets/super-resolution/fsrcnn.ts';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { Graph } from '../../../src/main/engine/onnx/graph.ts';
import { resize } from '../../../src/main/engine/onnx/ops/resize.ts';
import { compile, runOnce } from '../../../src/main/engine/onnx/run.ts';
import { elementCount, numbersOf, type TensorData, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { seededRandom } from '../../support/random.ts';

const TINY_DIC: DicConfig = {
  input: 8,
  num_features: 4,
  num_steps: 3,
  num_groups: 2,
  num_fusion_block: 1,
  hg_num_feature: 8,
  hg_num_keypoints: 68,
};

const CASES = [
  ['fsrcnn', fsrcnn, fsrcnn.config.parse({ input: 8, features: 6, shrunk: 3, mapping: 2 }), 2],
  ['fsrcnn ×3 in colour', fsrcnn, fsrcnn.config.parse({ input: 8, scale: 3, channels: 3, features: 6, shrunk: 3 }), 3],
  ['espcn', espcn, espcn.config.parse({ input: 8, features: 6 }), 2],
  ['dic', dic, TINY_DIC, 8],
] as const;

/** The weight of a spec from its own seed, so that a key has the same numbers in every graph. */
function weightOf({ key, shape, init }: ParameterSpec): TensorData {
  const random = seededRandom([...key].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7));
  return { dtype: 'float32', shape, data: initialise(init, elementCount(shape), random) };
}

const zero = ({ shape }: ParameterSpec): TensorData => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(elementCount(shape)),
});

function pixels(shape: readonly number[], seed = 5): TensorData {
  const random = seededRandom(seed);
  return tensorOf('float32', shape, Array.from({ length: elementCount(shape) }, random));
}

describe.each(CASES)('%s', (_, definition, config, scale) => {
  const net = definition as unknown as NetDefinition<unknown>;
  const [channels, side] = net.inputShape(config);

  it('enlarges an image by its scale', async () => {
    const { graph, outputs } = instantiate(net, config, { batch: 2, weightOf });
    graph.output('image', outputs.output);
    const { image } = await runOnce(graph, { input: pixels([2, channels, side, side]) });
    expect(outputs.output.shape).toEqual([2, channels, side * scale, side * scale]);
    expect(image!.shape).toEqual(outputs.output.shape);
    expect(numbersOf(image!).every(Number.isFinite)).toBe(true);
  });

  it('has the input gradient that central differences give', async () => {
    const { graph, input, outputs } = instantiate(net, config, { batch: 1, weightOf });
    const cotangent = pixels([1, channels, side * scale, side * scale], 9);
    graph.output('image', outputs.output);
    graph.output('gradient', gradients(graph, outputs.output, [input], graph.constant(cotangent))[0]!);
    const executable = await compile(graph);
    const image = numbersOf(pixels([1, channels, side, side]));
    const run = (values: readonly number[]) =>
      executable.run({ input: tensorOf('float32', [1, channels, side, side], values) });
    const weights = numbersOf(cotangent);
    const objective = async (values: readonly number[]): Promise<number> => {
      const { image: enlarged } = await run(values);
      return numbersOf(enlarged!).reduce((sum, value, at) => sum + value * weights[at]!, 0);
    };
    const gradient = numbersOf((await run(image)).gradient!);
    const largest = Math.max(...gradient.map(Math.abs));
    const step = 5e-4;
    for (const at of [0, 17, 30, 41, 63]) {
      const above = await objective(image.with(at, image[at]! + step));
      const below = await objective(image.with(at, image[at]! - step));
      expect(Math.abs((above - below) / (2 * step) - gradient[at]!)).toBeLessThan(2e-2 * largest);
    }
    await executable.release();
  });
});

describe('DIC', () => {
  const config = dic.config.parse({});

  it('has the keys and shapes of the published state-dict', () => {
    const shapes = new Map(parametersOf(dic, config).map(({ key, shape }) => [key, shape.join('×')]));
    const published = {
      'conv_in.0.weight': '192×3×3×3',
      'conv_in.1.weight': '1',
      'first_block.compress_in.0.weight': '48×48×1×1',
      'first_block.upBlocks.5.0.weight': '48×48×12×12',
      'first_block.uptranBlocks.4.0.weight': '48×288×1×1',
      'first_block.downtranBlocks.0.0.weight': '48×96×1×1',
      'first_block.compress_out.1.weight': '1',
      'block.compress_in.0.weight': '48×96×1×1',
      'block.downBlocks.0.0.bias': '48',
      'block.fusion_block.conv_in.0.weight': '240×48×1×1',
      'block.fusion_block.resnet.6.res.2.weight': '240×48×3×3',
      'out.0.weight': '48×48×8×8',
      'out.1.weight': '1',
      'conv_out.0.weight': '3×48×3×3',
      'HG.pre_conv_block.0.weight': '64×3×7×7',
      'HG.pre_conv_block.2.conv_block.3.weight': '128×64×1×1',
      'HG.pre_conv_block.2.skip_layer.weight': '128×64×1×1',
      'HG.pre_conv_block.5.skip_layer.bias': '256',
      'HG.compress_in.weight': '512×512×1×1',
      'HG.hg.res4_1.conv_block.0.weight': '256×512×1×1',
      'HG.hg.res_center.conv_block.2.weight': '256×256×3×3',
      'HG.hg.res1_3.conv_block.3.bias': '512',
      'HG.hg_conv_out.0.conv_block.0.weight': '128×256×1×1',
      'HG.hg_conv_out.1.conv_block.0.weight': '256×256×1×1',
      'HG.hg_conv_out.2.weight': '68×256×1×1',
    };
    expect(Object.fromEntries(Object.keys(published).map((key) => [key, shapes.get(key)]))).toEqual(published);
    expect(shapes.has('block.uptranBlocks.5.0.weight')).toBe(false);
    expect(shapes.has('HG.pre_conv_block.4.skip_layer.weight')).toBe(false);
  });

  it('with weights of zero is bilinear enlargement', async () => {
    const { graph, outputs } = instantiate(dic, TINY_DIC, { batch: 1, weightOf: zero });
    graph.output('image', outputs.output);
    const bilinear = new Graph();
    bilinear.output('image', resize(bilinear.input('input', 'float32', [1, 3, 8, 8]), [64, 64], { mode: 'linear' }));
    const feeds = { input: pixels([1, 3, 8, 8]) };
    const [found, expected] = [await runOnce(graph, feeds), await runOnce(bilinear, feeds)];
    expect(numbersOf(found.image!)).toEqual(numbersOf(expected.image!));
  });

  it('sees the landmarks: another landmark network gives another image, but not in the first step', async () => {
    const imageWith = async (steps: number, landmarks: number): Promise<readonly number[]> => {
      const scaled = (spec: ParameterSpec): TensorData => {
        const tensor = weightOf(spec);
        if (!spec.key.startsWith('HG.hg_conv_out')) return tensor;
        return { ...tensor, data: (tensor.data as Float32Array).map((value) => value * landmarks) };
      };
      const config = { ...TINY_DIC, num_steps: steps };
      const { graph, outputs } = instantiate(dic, config, { batch: 1, weightOf: scaled });
      graph.output('image', outputs.output);
      return numbersOf((await runOnce(graph, { input: pixels([1, 3, 8, 8]) })).image!);
    };
    expect(await imageWith(2, 1)).not.toEqual(await imageWith(2, 3));
    expect(await imageWith(1, 1)).toEqual(await imageWith(1, 3));
  });

  it('takes the 48×48 faces of FERPlus to 384×384, and refuses sizes that cannot be halved six times', () => {
    expect(config.input * 8).toBe(384);
    expect(dic.config.safeParse({ input: 50 }).error?.message).toContain('multiple of 8');
  });
});
