import { describe, expect, it } from 'vitest';
import { xcit } from '../../../src/main/engine/nets/backbones/xcit.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { checkCase } from '../../support/fixture-cases.ts';
import { checkClassifier, distance, runBothModes } from './check-net.ts';
import { filled, randomFaces, randomNet } from './random-net.ts';

const SMALL = { img_size: 32, patch_size: 16, embed_dim: 16, depth: 2, num_heads: 2 };

checkCase('xcit');
checkClassifier(xcit, SMALL);
checkClassifier(xcit, { ...SMALL, patch_size: 8, tokens_norm: true, cls_attn_layers: 1, use_pos_embed: false });

describe('xcit in training', () => {
  const config = { ...SMALL, drop_path_rate: 0.25 };

  it('drops the three branches of every block alike, and none of class attention', async () => {
    const { masks } = randomNet(xcit, config, 2, true);
    expect(masks.map(({ name }) => name)).toEqual(
      [0, 1].flatMap((block) => [1, 3, 2].map((branch) => `mask.blocks.${block}.drop_path${branch}`)),
    );
    expect(new Set(masks.map(({ keep }) => keep))).toEqual(new Set([0.75]));
  });

  it('normalises by the batch: other numbers than in inference', async () => {
    const { training, inference } = await runBothModes(xcit, config);
    expect(distance(training, inference)).toBeGreaterThan(1e-2);
  });

  it('updates the running statistics of the stem and of the local interaction', async () => {
    const { graph, masks, updates } = randomNet(xcit, config, 2, true);
    const norms = ['patch_embed.proj.0.1', 'patch_embed.proj.2.1', 'patch_embed.proj.4.1', 'patch_embed.proj.6.1'];
    expect([...updates.keys()]).toEqual(
      [...norms, 'blocks.0.local_mp.bn', 'blocks.1.local_mp.bn'].flatMap((norm) => [
        `${norm}.running_mean`,
        `${norm}.running_var`,
      ]),
    );
    for (const [key, value] of updates) graph.output(`after.${key}`, value);
    const feeds = Object.fromEntries(masks.map(({ name, shape }) => [name, filled(shape, 1)]));
    const results = await runOnce(graph, { input: randomFaces(xcit, config, 2), ...feeds });
    for (const key of updates.keys()) {
      const before = graph.constants.find(({ name }) => name === key)!.constant!;
      expect(distance(results[`after.${key}`]!, before), key).toBeGreaterThan(1e-4);
    }
  });
});

it('refuses a patch size that its stem cannot make', () => {
  expect(() => xcit.config.parse({ ...SMALL, patch_size: 4 })).toThrow(/8|16/);
});

it('refuses a width that its stem cannot halve down to', () => {
  expect(() => xcit.config.parse({ ...SMALL, embed_dim: 12 })).toThrow(/half the patch_size/);
});
