import { describe, expect, it } from 'vitest';
import { classifier } from '../../../src/main/engine/nets/classifier.ts';
import type { ParameterSpec } from '../../../src/main/engine/nets/scope.ts';
import { layoutOf } from '../../../src/main/engine/training/layout.ts';
import { learningRateGroupOf, type TrainedPart, trainedKeys } from '../../../src/main/engine/training/scopes.ts';
import { specsOf, tinyConfig } from './tiny-run.ts';

const SWIN = tinyConfig({
  input: 24,
  sr: { kind: 'fsrcnn', config: { scale: 2 } },
  stn: true,
  head: 'paper',
});

const VIT = classifier.config.parse({
  input: 16,
  channels: 3,
  backbone: { kind: 'deit', config: { img_size: 16, patch_size: 8, embed_dim: 8, depth: 5, num_heads: 2 } },
});

const parametersOf = (specs: readonly ParameterSpec[]): readonly string[] =>
  specs.filter(({ kind }) => kind === 'parameter').map(({ key }) => key);

/** The beginnings, as many names long, of the keys that parts select. */
const beginnings = (config: typeof SWIN, parts: readonly TrainedPart[], names: number): readonly string[] => [
  ...new Set([...trainedKeys(parts, specsOf(config))].map((key) => key.split('.').slice(0, names).join('.'))),
];

describe('the parts of a network', () => {
  it.each([
    [['head'], ['head']],
    [['resizer'], ['resizer']],
    [['stn'], ['stn']],
    [['sr'], ['sr']],
    [
      ['resizer', 'head'],
      ['resizer', 'head'],
    ],
    [['backbone'], ['backbone', 'head']],
    [['everything'], ['stn', 'resizer', 'backbone', 'head']],
    [
      ['everything', 'sr'],
      ['stn', 'resizer', 'backbone', 'head', 'sr'],
    ],
  ] as const)('%j are all parameters below %j', (parts, expected) => {
    expect(beginnings(SWIN, parts, 1)).toEqual(expected);
    const selected = trainedKeys(parts, specsOf(SWIN));
    const below = parametersOf(specsOf(SWIN)).filter((key) =>
      (expected as readonly string[]).includes(key.split('.')[0]!),
    );
    expect(new Set(below)).toEqual(selected);
  });

  it('have a backbone’s own head as the head, distilled ones too', () => {
    expect(beginnings(tinyConfig(), ['head'], 2)).toEqual(['backbone.head']);
    expect(beginnings(VIT, ['head'], 2).toSorted()).toEqual(['backbone.head', 'backbone.head_dist']);
  });

  it('have as last stage a Swin’s last, with the merging of patches before it', () => {
    expect(beginnings(SWIN, ['last_stages'], 3)).toEqual([
      'backbone.layers.1',
      'backbone.norm.weight',
      'backbone.norm.bias',
      'head.0.weight',
      'head.0.bias',
      'head.1.weight',
      'head.1.bias',
      'head.4.weight',
      'head.4.bias',
    ]);
    expect([...trainedKeys(['last_stages'], specsOf(SWIN))]).toContain('backbone.layers.1.downsample.reduction.weight');
  });

  it('have as last stage a quarter of another transformer’s blocks, rounded up', () => {
    const names = beginnings(VIT, ['last_stages'], 3);
    expect(names.slice(0, 2)).toEqual(['backbone.blocks.3', 'backbone.blocks.4']);
    expect(names).toContain('backbone.norm.weight');
    expect(names.some((name) => /patch_embed|pos_embed/.test(name))).toBe(false);
  });

  it('are refused where the network lacks them, where none is named and where the name is unknown', () => {
    expect(() => trainedKeys(['head', 'stn'], specsOf(tinyConfig()))).toThrow('The network has no stn to train.');
    expect(() => trainedKeys([], specsOf(SWIN))).toThrow('Say which part');
    expect(() => trainedKeys(['neck' as TrainedPart], specsOf(SWIN))).toThrow('no part “neck”');
  });
});

describe('a tensor', () => {
  const layout = layoutOf(specsOf(SWIN), {
    trained: trainedKeys(['everything', 'sr'], specsOf(SWIN)),
    freezesBatchNorm: false,
  });
  const decays = (key: string): boolean =>
    layout.groups.find(({ entries }) => entries.some((e) => e.key === key))!.decays;

  it('lies in one group, that of its part', () => {
    const keys = layout.groups.flatMap(({ entries }) => entries.map(({ key }) => key));
    expect(keys.toSorted()).toEqual(parametersOf(specsOf(SWIN)).toSorted());
    expect(learningRateGroupOf('backbone.layers.0.blocks.0.mlp.fc1.weight')).toBe('backbone');
    expect(learningRateGroupOf('backbone.head.fc.weight')).toBe('head');
  });

  it.each([
    ['resizer.conv1.weight', true],
    ['resizer.conv1.bias', false],
    ['resizer.bn1.weight', false],
    ['backbone.layers.0.blocks.0.attn.qkv.weight', true],
    ['backbone.layers.0.blocks.0.attn.qkv.bias', false],
    ['backbone.layers.0.blocks.0.attn.relative_position_bias_table', false],
    ['backbone.layers.0.blocks.0.norm1.weight', false],
    ['head.4.weight', true],
  ])('%s decays: %j', (key, expected) => {
    expect(decays(key)).toBe(expected);
  });

  it.each(['cls_token', 'dist_token', 'pos_embed'])('a transformer’s %s does not decay', (name) => {
    const specs = specsOf(VIT);
    const { groups } = layoutOf(specs, { trained: trainedKeys(['everything'], specs), freezesBatchNorm: false });
    const group = groups.find(({ entries }) => entries.some(({ key }) => key === `backbone.${name}`));
    expect(group?.decays).toBe(false);
  });
});

describe('a place in the network', () => {
  const specs = specsOf(SWIN);
  const layoutFor = (part: TrainedPart, freezesBatchNorm = false) =>
    layoutOf(specs, { trained: trainedKeys([part], specs), freezesBatchNorm });

  it('is in training mode where something below it is trained', () => {
    const { isTraining } = layoutFor('last_stages');
    expect(['backbone.layers.1.blocks.0', 'backbone', 'head', 'head.1'].map(isTraining)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['backbone.layers.0.blocks.0', 'resizer', 'resizer.bn1'].map(isTraining)).toEqual([false, false, false]);
  });

  it('that is a frozen batch normalisation is not', () => {
    const { isTraining, buffers } = layoutFor('everything', true);
    expect(['resizer.bn1', 'head.1'].map(isTraining)).toEqual([false, false]);
    expect(isTraining('resizer')).toBe(true);
    expect(buffers).toBeNull();
  });

  it('has running statistics that move where it is a batch normalisation in training mode', () => {
    expect(layoutFor('head').buffers!.entries.map(({ key }) => key)).toEqual([
      'head.1.running_mean',
      'head.1.running_var',
    ]);
  });
});
