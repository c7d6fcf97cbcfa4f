import { describe, expect, it } from 'vitest';
import { deit } from '../../../src/main/engine/nets/backbones/deit.ts';
import { parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import { checkCase } from '../../support/fixture-cases.ts';
import { checkClassifier, distance, runBothModes } from './check-net.ts';
import { randomNet } from './random-net.ts';

const SMALL = { img_size: 32, patch_size: 16, embed_dim: 24, depth: 2, num_heads: 3 };

checkCase('deit_distilled');
checkClassifier(deit, SMALL);
checkClassifier(deit, { ...SMALL, distilled: false });

describe('deit', () => {
  it('has a second token and a second head only where it is distilled', () => {
    const keysOf = (config: unknown) => parametersOf(deit, deit.config.parse(config)).map(({ key }) => key);
    const plain = keysOf({ ...SMALL, distilled: false });
    const added = keysOf(SMALL).filter((key) => !plain.includes(key));
    expect(added).toEqual(['dist_token', 'head_dist.weight', 'head_dist.bias']);
  });

  it('embeds a face as both tokens where it is distilled', () => {
    expect(randomNet(deit, SMALL, 'n').outputs.embedding!.shape).toEqual(['n', 48]);
    expect(randomNet(deit, { ...SMALL, distilled: false }, 'n').outputs.embedding!.shape).toEqual(['n', 24]);
  });

  it('computes in training what inference does where every mask is one', async () => {
    const { training, inference, masks } = await runBothModes(deit, { ...SMALL, drop_rate: 0.5, drop_path_rate: 0.5 });
    expect(masks).toHaveLength(3);
    expect(distance(training, inference)).toBeLessThan(1e-5);
  });
});
