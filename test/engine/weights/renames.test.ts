import { describe, expect, test } from 'vitest';
import type { TensorData } from '../../../src/main/engine/onnx/tensor.ts';
import { translateNames } from '../../../src/main/engine/weights/renames.ts';
import { loadSafetensors } from '../../../src/main/engine/weights/safetensors.ts';
import { WeightsError } from '../../../src/shared/errors.ts';
import { hasSharedData, needsSharedData, SHARED } from '../../support/shared-data.ts';

/** Weights of these names, each told from the others by its one number. */
const weightsOf = (...names: readonly string[]): Map<string, TensorData> =>
  new Map(names.map((name, index) => [name, { dtype: 'float32', shape: [1], data: Float32Array.of(index) }]));

/** What each stored name is called for a network that wants these names, in the order of the stored ones. */
const translated = (stored: readonly string[], wanted: readonly string[]): string[] => {
  const weights = weightsOf(...stored);
  const names = new Map([...translateNames(weights, new Set(wanted))].map(([name, { data }]) => [data[0], name]));
  return stored.map((_, index) => names.get(index)!);
};

describe('names that differ from the network’s', () => {
  test('stay where they are right already', () => {
    const names = ['layers.1.downsample.norm.weight', 'head.fc.weight', 'module.x', 'model.y'];
    expect(translated(names, names)).toEqual(names);
  });

  test('lose the prefixes of wrappers, one within the other, but only where every name has them', () => {
    expect(translated(['module._orig_mod.a', 'module._orig_mod.b.c'], ['a', 'b.c'])).toEqual(['a', 'b.c']);
    expect(translated(['model.a', 'model.b'], ['a', 'b'])).toEqual(['a', 'b']);
    expect(translated(['module.a', 'b'], ['a', 'b'])).toEqual(['module.a', 'b']);
    expect(translated(['model.a'], ['model.a'])).toEqual(['model.a']);
  });

  test('of the reference model become those of a composed classifier', () => {
    const pairs = {
      'nr.a.weight': 'resizer.conv1.weight',
      'nr.b.bias': 'resizer.conv2.bias',
      'nr.bn.running_mean': 'resizer.bn1.running_mean',
      'nr.r1.weight': 'resizer.resblock.0.conv1.weight',
      'nr.rb1.weight': 'resizer.resblock.0.bn1.weight',
      'nr.r2.weight': 'resizer.resblock.0.conv2.weight',
      'nr.rb2.running_var': 'resizer.resblock.0.bn2.running_var',
      'nr.c.weight': 'resizer.conv3.weight',
      'nr.cb.weight': 'resizer.bn2.weight',
      'nr.o.bias': 'resizer.conv4.bias',
      'sw.patch_embed.proj.10.weight': 'backbone.patch_embed.proj.10.weight',
      'sw.layers.1.downsample.norm.weight': 'backbone.layers.1.downsample.norm.weight',
      'sw.head.fc.weight': 'backbone.head.fc.weight',
    };
    expect(translated(Object.keys(pairs), Object.values(pairs))).toEqual(Object.values(pairs));
  });

  test('of a part alone go into that part of a composed classifier', () => {
    const wanted = ['resizer.conv1.weight', 'backbone.norm.weight', 'backbone.head.fc.bias'];
    expect(translated(['norm.weight', 'head.fc.bias'], wanted)).toEqual([
      'backbone.norm.weight',
      'backbone.head.fc.bias',
    ]);
    expect(translated(['conv1.weight'], wanted)).toEqual(['resizer.conv1.weight']);
  });

  test('of Microsoft’s and older timm’s Swin: merging moves to the next stage, the head gets its fc', () => {
    const stored = [
      'layers.0.downsample.reduction.weight',
      'layers.1.downsample.norm.bias',
      'layers.2.blocks.0.norm1.bias',
      'head.weight',
      'head.bias',
    ];
    const wanted = [
      'layers.1.downsample.reduction.weight',
      'layers.2.downsample.norm.bias',
      'layers.2.blocks.0.norm1.bias',
      'head.fc.weight',
      'head.fc.bias',
    ];
    expect(translated(stored, wanted)).toEqual(wanted);
    const composed = wanted.map((name) => `backbone.${name}`);
    expect(
      translated(
        ['norm.bias', ...stored].map((name) => `module.${name}`),
        ['backbone.norm.bias', ...composed],
      ),
    ).toEqual(['backbone.norm.bias', ...composed]);
  });

  test('of a head with an fc go to a plain head', () => {
    expect(translated(['norm.bias', 'head.fc.bias'], ['norm.bias', 'head.bias'])).toEqual(['norm.bias', 'head.bias']);
    expect(translated(['head.bias', 'head_dist.bias'], ['head.bias', 'head_dist.bias'])).toEqual([
      'head.bias',
      'head_dist.bias',
    ]);
  });

  test('of the official XCiT: positions are renamed, the joint class attention is cut in three', () => {
    expect(translated(['pos_embeder.token_projection.bias'], ['pos_embed.token_projection.bias'])).toEqual([
      'pos_embed.token_projection.bias',
    ]);
    const joint: TensorData = { dtype: 'float32', shape: [6, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) };
    const bias: TensorData = { dtype: 'float32', shape: [6], data: Float32Array.of(0, 1, 2, 3, 4, 5) };
    const stored = new Map([
      ['cls_attn_blocks.1.attn.qkv.weight', joint],
      ['cls_attn_blocks.1.attn.qkv.bias', bias],
    ]);
    const parts = translateNames(stored, new Set(['cls_attn_blocks.1.attn.q.weight']));
    expect(
      [...parts].map(([name, { shape, data }]) => [name.slice(18), shape, Array.from(data as Float32Array)]),
    ).toEqual([
      ['attn.q.weight', [2, 2], [0, 1, 2, 3]],
      ['attn.k.weight', [2, 2], [4, 5, 6, 7]],
      ['attn.v.weight', [2, 2], [8, 9, 10, 11]],
      ['attn.q.bias', [2], [0, 1]],
      ['attn.k.bias', [2], [2, 3]],
      ['attn.v.bias', [2], [4, 5]],
    ]);
  });

  test('are refused where two of them would become one', () => {
    const stored = ['head.bias', 'head.fc.bias'];
    expect(() => translateNames(weightsOf(...stored), new Set(['head.fc.bias']))).toThrow(WeightsError);
  });

  test.runIf(hasSharedData)(`leave none of the reference weights outside its parts${needsSharedData}`, () => {
    const reference = loadSafetensors(`${SHARED}/models/nr-swin-micro.safetensors`);
    const names = [...translateNames(reference, new Set(['resizer.conv1.weight', 'backbone.norm.weight'])).keys()];
    expect(names).toHaveLength(reference.size);
    expect(
      names.filter((name) => !/^(resizer\.(conv[1-4]|bn[12]|resblock\.0\.(conv|bn)[12])|backbone)\./.test(name)),
    ).toEqual([]);
  });
});
