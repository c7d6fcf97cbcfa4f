import { describe, expect, it } from 'vitest';
import { BACKBONES } from '../../../src/main/engine/nets/backbones/index.ts';
import { findNet, NETS } from '../../../src/main/engine/nets/index.ts';
import { instantiate } from '../../../src/main/engine/nets/instantiate.ts';
import { configFor } from '../../../src/main/engine/nets/registry.ts';
import { findVariant, VARIANTS } from '../../../src/main/engine/nets/variants.ts';
import { elementCount } from '../../../src/main/engine/onnx/tensor.ts';

/** Millions of parameters with 1000 classes, as timm's tables of results state them. */
const PUBLISHED: Readonly<Record<string, number>> = {
  swin_tiny_patch4_window7_224: 28.29,
  swin_small_patch4_window7_224: 49.61,
  swin_base_patch4_window7_224: 87.77,
  swin_large_patch4_window7_224: 196.53,
  vit_small_patch16_224: 22.05,
  vit_base_patch16_224: 86.57,
  deit_tiny_patch16_224: 5.72,
  deit_tiny_distilled_patch16_224: 5.91,
  deit_small_patch16_224: 22.05,
  deit_small_distilled_patch16_224: 22.44,
  deit_base_patch16_224: 86.57,
  deit_base_distilled_patch16_224: 87.34,
  convit_tiny: 5.71,
  convit_small: 27.78,
  convit_base: 86.54,
  xcit_nano_12_p16_224: 3.05,
  xcit_tiny_12_p16_224: 6.72,
  xcit_small_12_p16_224: 26.25,
};

const parametersOf = (kind: string, config: object): number => {
  const net = findNet(kind);
  return instantiate(net, configFor(net, config), { batch: 1 })
    .specs.filter((spec) => spec.kind === 'parameter')
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
};

it('names are taken once', () => {
  for (const names of [VARIANTS.map(({ name }) => name), NETS.map(({ kind }) => kind)]) {
    expect(new Set(names).size).toBe(names.length);
  }
});

describe.each(VARIANTS.map((variant) => [variant.name, variant] as const))('%s', (name, { kind, config }) => {
  it('builds over an open batch, to eight classes and an embedding', () => {
    const net = findNet(kind);
    const { input, outputs } = instantiate(net, configFor(net, config), { batch: 'n' });
    expect(outputs.output.shape).toEqual(['n', 8]);
    expect(outputs.embedding!.shape).toEqual(['n', expect.any(Number)]);
    expect(input.shape).toEqual(name === 'nr_swin_micro' ? ['n', 1, 48, 48] : ['n', 3, 224, 224]);
  });
});

it.each(Object.entries(PUBLISHED))('%s has the published %f million parameters', (name, millions) => {
  const { kind, config } = findVariant(name);
  expect((parametersOf(kind, { ...config, num_classes: 1000 }) / 1e6).toFixed(2)).toBe(millions.toFixed(2));
});

it('Swin’s counts are the published ones to the last parameter', () => {
  const counts = ['tiny', 'small', 'base'].map((size) => {
    const { kind, config } = findVariant(`swin_${size}_patch4_window7_224`);
    return parametersOf(kind, { ...config, num_classes: 1000 });
  });
  expect(counts).toEqual([28_288_354, 49_606_258, 87_768_224]);
});

it('every backbone has a variant, and every published one of timm’s its count here', () => {
  expect(BACKBONES.filter(({ kind }) => !VARIANTS.some((variant) => variant.kind === kind))).toEqual([]);
  const unlisted = VARIANTS.filter(({ name, kind }) => kind !== 'classifier' && !(name in PUBLISHED));
  expect(unlisted).toEqual([]);
});

it('an unknown name is refused with those there are', () => {
  expect(() => findVariant('swin_huge')).toThrow(/no network “swin_huge”/);
  expect(() => findNet('resnet')).toThrow(/no network “resnet”/);
});
