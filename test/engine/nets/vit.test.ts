import { describe, expect, it } from 'vitest';
import { vit } from '../../../src/main/engine/nets/backbones/vit.ts';
import { checkCase } from '../../support/fixture-cases.ts';
import { checkClassifier, distance, runBothModes } from './check-net.ts';

const SMALL = { img_size: 32, patch_size: 16, embed_dim: 24, depth: 2, num_heads: 3 };

checkCase('vit');
checkClassifier(vit, SMALL);

describe('vit in training', () => {
  const config = { ...SMALL, depth: 3, drop_rate: 0.25, drop_path_rate: 0.5 };

  it('drops whole branches, from the second block on, and elements before the head', async () => {
    const { masks } = await runBothModes(vit, config);
    expect(masks).toEqual([
      'mask.blocks.1.drop_path1',
      'mask.blocks.1.drop_path2',
      'mask.blocks.2.drop_path1',
      'mask.blocks.2.drop_path2',
      'mask.head_drop',
    ]);
  });

  it('computes what inference does where every mask is one, and not where it is two', async () => {
    const ones = await runBothModes(vit, config);
    expect(distance(ones.training, ones.inference)).toBeLessThan(1e-5);
    const twos = await runBothModes(vit, config, 2);
    expect(distance(twos.training, twos.inference)).toBeGreaterThan(1e-2);
  });

  it('needs no masks without dropout', async () => {
    expect((await runBothModes(vit, SMALL)).masks).toEqual([]);
  });
});

it('refuses heads that do not divide the width', () => {
  expect(() => vit.config.parse({ ...SMALL, num_heads: 5 })).toThrow(/multiple of num_heads/);
});
