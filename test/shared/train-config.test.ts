import { describe, expect, it } from 'vitest';
import { mergeSettings, TRAIN_PRESETS, trainConfigSchema } from '../../src/shared/train-config.ts';

const least = { dataset: 'faces', model: 'tiny' };

describe('a training config', () => {
  it('needs a dataset; all else has a value', () => {
    const config = trainConfigSchema.parse(least);
    expect(config).toMatchObject({ splits: ['train'], validation: 'valid', parts: ['resizer', 'head'] });
    expect(config.loss).toEqual({ name: 'cross_entropy', alpha: 0.8, gamma: 2, smoothing: 0.1 });
    expect(trainConfigSchema.safeParse({}).success).toBe(false);
  });

  it('is read again from its own JSON as it was', () => {
    const config = trainConfigSchema.parse({ ...least, network: { backbone: 'nr_swin_micro' }, model: null });
    expect(trainConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    ['an unknown setting', { colour: 'blue' }],
    ['an unknown setting of a group', { loss: { delta: 1 } }],
    ['a share above one', { loss: { alpha: 1.1 } }],
    ['no epoch', { epochs: 0 }],
    ['no part', { parts: [] }],
    ['a negative learning rate', { learningRate: -1 }],
    ['an unknown provider', { provider: 'abacus' }],
  ])('refuses %s', (_, changes) => {
    expect(trainConfigSchema.safeParse({ ...least, ...changes }).success).toBe(false);
  });

  it.each(TRAIN_PRESETS.map(({ name, config }) => [name, config] as const))('has the preset %s', (_, config) => {
    expect(trainConfigSchema.parse({ ...config, ...least })).toMatchObject(config);
  });
});

describe('settings in layers', () => {
  it('take the later value, group by group, and leave out what is undefined', () => {
    const merged = mergeSettings(
      { epochs: 3, loss: { name: 'pdls', alpha: 0.5 }, parts: ['head'] },
      { epochs: undefined, loss: { alpha: 0.9, gamma: undefined }, parts: ['resizer'] },
    );
    expect(merged).toEqual({ epochs: 3, loss: { name: 'pdls', alpha: 0.9 }, parts: ['resizer'] });
  });

  it('replace a group by null and the other way round', () => {
    expect(mergeSettings({ network: { backbone: 'a' } }, { network: null })).toEqual({ network: null });
    expect(mergeSettings({ network: null }, { network: { backbone: 'b', input: undefined } })).toEqual({
      network: { backbone: 'b' },
    });
  });
});
