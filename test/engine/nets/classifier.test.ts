import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifier } from '../../../src/main/engine/nets/classifier.ts';
import { classifierGraph } from '../../../src/main/engine/nets/classifier-graph.ts';
import { instantiate, parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import { findVariant } from '../../../src/main/engine/nets/variants.ts';
import { compileFile, runOnce } from '../../../src/main/engine/onnx/run.ts';
import type { TensorData } from '../../../src/main/engine/onnx/tensor.ts';
import { matchWeights } from '../../../src/main/engine/weights/key-tables.ts';
import { loadSafetensors } from '../../../src/main/engine/weights/safetensors.ts';
import { seededRandom } from '../../support/random.ts';
import { FER2013_HEAD, hasSharedData, needsSharedData, REFERENCE_MODEL } from '../../support/shared-data.ts';
import { distance, runBothModes } from './check-net.ts';
import { randomFaces, startingWeight } from './random-net.ts';

const REFERENCE_WEIGHTS = REFERENCE_MODEL.replace(/onnx$/, 'safetensors');
const SIDE = 48;

const pixelsOf = (faces: readonly ArrayLike<number>[]): TensorData => ({
  dtype: 'uint8',
  shape: [faces.length, 1, SIDE, SIDE],
  data: Uint8Array.from(faces.flatMap((face) => Array.from(face))),
});

describe.skipIf(!hasSharedData)(`the reference weights in nr_swin_micro${needsSharedData}`, () => {
  let expected: Record<string, TensorData>;
  let found: Record<string, TensorData>;

  beforeAll(async () => {
    const rows = readFileSync(FER2013_HEAD, 'utf8').split('\n').slice(1, 13);
    const real = rows.map((row) => row.split(',')[1]!.split(' ').map(Number));
    const next = seededRandom(3);
    const noise = Array.from({ length: 4 }, () => Array.from({ length: SIDE * SIDE }, () => Math.floor(next() * 256)));
    const pixels = pixelsOf([...real, ...noise]);
    const config = classifier.config.parse(findVariant('nr_swin_micro').config);
    const { tensors } = matchWeights(parametersOf(classifier, config), loadSafetensors(REFERENCE_WEIGHTS));
    found = await runOnce(classifierGraph(config, { weightOf: ({ key }) => tensors.get(key)! }), { pixels });
    const reference = await compileFile(REFERENCE_MODEL);
    expected = await reference.run({ pixels }, ['probabilities', 'logits', 'embedding']);
    await reference.release();
  });

  it.each(['probabilities', 'logits', 'embedding'])('give the reference’s %s within 1e-4', (name) => {
    expect(distance(found[name]!, expected[name]!)).toBeLessThan(1e-4);
  });
});

const BACKBONE = {
  kind: 'swin',
  config: { img_size: 32, embed_dim: 12, depths: [1, 1], num_heads: [2, 3], window_size: 4 },
};
const SMALL = { input: 32, channels: 3, backbone: BACKBONE, num_classes: 4 };

const keysOf = (config: unknown): readonly string[] =>
  parametersOf(classifier, classifier.config.parse(config)).map(({ key }) => key);

const logitsOf = async (given: object, pixels: TensorData): Promise<TensorData> => {
  const config = classifier.config.parse(given);
  const dtype = pixels.dtype === 'uint8' ? 'uint8' : 'float32';
  const graph = classifierGraph(config, { weightOf: startingWeight, pixels: dtype });
  return (await runOnce(graph, { pixels })).logits!;
};

const unit = (faces: TensorData): TensorData => ({
  ...faces,
  data: (faces.data as Float32Array).map((value) => Math.round((value + 1) * 127.5) / 255),
});

describe('a classifier', () => {
  it.each([
    ['bicubic', { scale: 2, channels: 1 }, 16],
    ['bicubic', { scale: 2 }, 16],
    ['fsrcnn', { scale: 2 }, 16],
    ['espcn', { scale: 2 }, 16],
    [
      'dic',
      { num_features: 4, num_steps: 2, num_groups: 1, num_fusion_block: 5, hg_num_feature: 8, hg_num_keypoints: 5 },
      8,
    ],
  ])('enlarges grey and coloured faces by %s %j', async (kind, config, input) => {
    for (const channels of [1, 3]) {
      const given = { ...SMALL, input, channels, sr: { kind, config }, resizer: { kind: 'bilinear' } };
      const logits = await logitsOf(given, unit(randomFaces(classifier, given, 2)));
      expect(logits.shape).toEqual([2, 4]);
      expect([...(logits.data as Float32Array)].every(Number.isFinite)).toBe(true);
    }
  });

  it.each([
    ['nothing', { kind: 'none' }, 32],
    ['a bilinear resize', { kind: 'bilinear' }, 20],
    ['the learned resizer', { kind: 'resizer', n: 4, r: 1 }, 20],
  ])('puts %s between face and backbone, with and without a spatial transformer', async (_, resizer, input) => {
    const given = { ...SMALL, input, resizer };
    const faces = unit(randomFaces(classifier, given, 2));
    const without = await logitsOf(given, faces);
    const moved = await logitsOf({ ...given, stn: true }, faces);
    expect(distance(without, moved)).toBeGreaterThan(1e-4);
  });

  it('takes bytes as what they are of 255', async () => {
    const faces = unit(randomFaces(classifier, SMALL, 2));
    const bytes = {
      ...faces,
      dtype: 'uint8',
      data: Uint8Array.from(faces.data as Float32Array, (x) => Math.round(x * 255)),
    };
    expect(distance(await logitsOf(SMALL, faces), await logitsOf(SMALL, bytes as TensorData))).toBeLessThan(1e-5);
  });

  it('computes the same in the operator set of version 17', async () => {
    const given = { ...SMALL, input: 20, resizer: { kind: 'resizer' }, sr: { kind: 'bicubic', config: { scale: 2 } } };
    const config = classifier.config.parse(given);
    const pixels = unit(randomFaces(classifier, given, 2));
    const graph = classifierGraph(config, { weightOf: startingWeight, pixels: 'float32', opset: 17 });
    const { logits } = await runOnce(graph, { pixels });
    expect(distance(logits!, await logitsOf(given, pixels))).toBeLessThan(1e-5);
  });

  it('takes a grey face for all three channels', async () => {
    const given = { ...SMALL, channels: 1 };
    const grey = unit(randomFaces(classifier, given, 1));
    const data = Float32Array.from([0, 1, 2].flatMap(() => [...(grey.data as Float32Array)]));
    const coloured = { ...grey, shape: [1, 3, 32, 32], data };
    expect(distance(await logitsOf(given, grey), await logitsOf(SMALL, coloured))).toBeLessThan(1e-6);
  });

  it('subtracts the mean and divides by the deviation of each channel', async () => {
    const faces = unit(randomFaces(classifier, SMALL, 1));
    const mean = [0.1, 0.2, 0.3];
    const std = [0.5, 0.25, 2];
    const size = 32 * 32;
    const data = (faces.data as Float32Array).map((value, at) => {
      const channel = Math.floor(at / size);
      return (value - mean[channel]!) / std[channel]!;
    });
    const plain = { ...SMALL, normalise: { mean: [0, 0, 0], std: [1, 1, 1] } };
    const inGraph = await logitsOf({ ...SMALL, normalise: { mean, std } }, faces);
    expect(distance(inGraph, await logitsOf(plain, { ...faces, data }))).toBeLessThan(1e-4);
  });

  it('keeps each part’s keys under the part’s name', () => {
    const parts = (config: unknown) => [...new Set(keysOf(config).map((key) => key.split('.')[0]))];
    expect(parts(SMALL)).toEqual(['backbone']);
    const whole = { ...SMALL, sr: { kind: 'espcn' }, stn: true, resizer: { kind: 'resizer' }, head: 'paper' };
    expect(parts(whole)).toEqual(['sr', 'stn', 'resizer', 'backbone', 'head']);
  });

  it('has the backbone’s own head, or the paper’s beside it', () => {
    const heads = (config: unknown) => keysOf(config).filter((key) => key.includes('head'));
    expect(heads(SMALL)).toEqual(['backbone.head.fc.weight', 'backbone.head.fc.bias']);
    expect(heads({ ...SMALL, head: 'paper' })).toEqual([
      'head.0.weight',
      'head.0.bias',
      'head.1.weight',
      'head.1.bias',
      'head.1.running_mean',
      'head.1.running_var',
      'head.4.weight',
      'head.4.bias',
    ]);
  });

  it('drops half of the paper’s head in training, and normalises it by its batch', () => {
    const config = classifier.config.parse({ ...SMALL, head: 'paper' });
    const { masks, updates } = instantiate(classifier, config, { batch: 2, training: true });
    const ofHead = masks.filter(({ name }) => name.startsWith('mask.head'));
    expect(ofHead).toEqual([{ name: 'mask.head.3', shape: [2, 512], keep: 0.5 }]);
    expect([...updates.keys()]).toEqual(['head.1.running_mean', 'head.1.running_var']);
  });

  it('runs in training as in inference where nothing is dropped and no batch is normalised by', async () => {
    const { training, inference } = await runBothModes(classifier, SMALL);
    expect(distance(training, inference)).toBeLessThan(1e-5);
  });
});

describe('a classifier is refused', () => {
  it('where the face does not have the backbone’s size and nothing resizes it', () => {
    expect(() => keysOf({ ...SMALL, input: 48 })).toThrow(/32×32 pixels, not 48×48; choose a resizer/);
  });

  it('where a part is of no known kind', () => {
    expect(() => keysOf({ ...SMALL, backbone: { kind: 'resnet' } })).toThrow(/no backbone “resnet”/);
    expect(() => keysOf({ ...SMALL, sr: { kind: 'esrgan' } })).toThrow(/no super-resolution “esrgan”/);
  });

  it('where a part’s config does not fit', () => {
    const backbone = { ...BACKBONE, config: { ...BACKBONE.config, depth: 3 } };
    expect(() => keysOf({ ...SMALL, backbone })).toThrow(/does not fit a swin.*depth/s);
  });
});
