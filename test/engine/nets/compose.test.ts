import { describe, expect, it } from 'vitest';
import { classifier } from '../../../src/main/engine/nets/classifier.ts';
import { composeClassifier } from '../../../src/main/engine/nets/compose.ts';
import { parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import { pipelineWords } from '../../../src/main/engine/nets/pipeline-words.ts';
import { VARIANTS } from '../../../src/main/engine/nets/variants.ts';
import type { ClassifierChoice } from '../../../src/shared/contract/model-folders.ts';

const CLASSES = ['neutral', 'happiness', 'surprise'];
const compose = (choice: Partial<ClassifierChoice>) =>
  composeClassifier({ backbone: 'deit_tiny_patch16_224', classes: CLASSES, ...choice });
const partsOf = (choice: Partial<ClassifierChoice>): readonly string[] => [
  ...new Set(parametersOf(classifier, compose(choice)).map(({ key }) => key.split('.')[0]!)),
];

describe('a classifier put together from what a person chose', () => {
  it('is a backbone behind a bilinear resize of a grey 48-pixel face, unless told otherwise', () => {
    const config = compose({});
    expect(config).toMatchObject({ input: 48, channels: 1, sr: null, stn: false, resizer: { kind: 'bilinear' } });
    expect(config).toMatchObject({ head: 'plain', num_classes: 3, backbone: { kind: 'deit' } });
    expect(partsOf({})).toEqual(['backbone']);
  });

  it('has the parts that were chosen', () => {
    const choice = { sr: { kind: 'espcn' }, stn: true, resizer: { n: 4, r: 0 }, head: 'paper' } as const;
    expect(partsOf(choice)).toEqual(['sr', 'stn', 'resizer', 'backbone', 'head']);
    expect(compose(choice).resizer).toEqual({ kind: 'resizer', n: 4, r: 0 });
  });

  it('is a named pipeline where one is named, changed by what is chosen beside it', () => {
    const config = composeClassifier({ backbone: 'nr_swin_micro', classes: CLASSES, resizer: { r: 2 }, stn: true });
    expect(config).toMatchObject({ resizer: { kind: 'resizer', n: 16, r: 2 }, stn: true, num_classes: 3 });
    expect(config.sr).toMatchObject({ kind: 'bicubic', config: { scale: 2 } });
    expect(config.normalise.mean).toEqual([0.5, 0.5, 0.5]);
  });

  it('takes another face, another normalisation and another scale', () => {
    const sr = { kind: 'bicubic', scale: 4 };
    const config = compose({ input: 56, channels: 3, mean: [0.5, 0.5, 0.5], sr });
    expect(config).toMatchObject({ input: 56, channels: 3, sr: { config: { scale: 4, channels: 3 } } });
    expect(config.normalise).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.229, 0.224, 0.225] });
  });

  it('has every default written out, so that it is the same network when defaults change', () => {
    const { backbone, sr } = compose({ sr: { kind: 'fsrcnn' } });
    expect(backbone.config).toMatchObject({ img_size: 224, mlp_ratio: 4, qkv_bias: true, embed_dim: 192 });
    expect(sr!.config).toMatchObject({ scale: 2, features: 56 });
  });

  it.each([
    [{ classes: ['yes', 'no', 'yes'] }, /“yes” stands twice/],
    [{ backbone: 'resnet50' }, /no network “resnet50”/],
    [{ sr: { kind: 'esrgan' } }, /no super-resolution “esrgan”/],
    [{ sr: { kind: 'dic', scale: 4 } }, /scale/],
  ])('is refused for %j', (choice, message) => {
    expect(() => compose(choice)).toThrow(message);
  });

  it.each(VARIANTS.map(({ name }) => name))('can be had over %s, and told in words', (backbone) => {
    const words = pipelineWords(composeClassifier({ backbone, classes: CLASSES }));
    expect(words.at(-1)).toBe('plain head to 3 classes');
  });

  it('is told step by step, in order', () => {
    const sr = { kind: 'dic' };
    const choice: Partial<ClassifierChoice> = { sr, stn: true, resizer: {}, head: 'paper', mean: [0.1, 0.2, 0.3] };
    expect(pipelineWords(compose(choice))).toEqual([
      'dic super-resolution ×8 (48 → 384)',
      '(x − (0.1, 0.2, 0.3)) ÷ (0.229, 0.224, 0.225), to 3 channels',
      'spatial transformer',
      'neural resizer 384 → 224 (r = 1, n = 16)',
      expect.stringMatching(/^deit \(img_size 224, patch_size 16, .*, distilled false\)$/),
      'the paper’s head to 3 classes',
    ]);
  });
});
