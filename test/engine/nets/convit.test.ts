import { describe, expect, it } from 'vitest';
import { convit } from '../../../src/main/engine/nets/backbones/convit.ts';
import { relativePositions } from '../../../src/main/engine/nets/backbones/gated-attention.ts';
import { parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import { numbersOf } from '../../../src/main/engine/onnx/tensor.ts';
import { checkCase } from '../../support/fixture-cases.ts';
import { checkClassifier, distance, runBothModes } from './check-net.ts';

const SMALL = { img_size: 32, patch_size: 16, embed_dim: 8, depth: 3, num_heads: 4, local_up_to_layer: 2 };

checkCase('convit');
checkClassifier(convit, SMALL);

describe('convit', () => {
  it('places each patch by columns to the right, rows down and squared distance', () => {
    const positions = numbersOf(relativePositions(2));
    expect(positions.slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect(positions.slice(16, 20)).toEqual([0, 0, 1, 1]);
    expect(positions.slice(32, 36)).toEqual([0, 1, 1, 2]);
    expect(positions.slice(12, 16)).toEqual([-1, 0, -1, 0]);
  });

  it('starts as a convolution: each head looks at its own place of a square kernel', () => {
    const specs = parametersOf(convit, convit.config.parse({ ...SMALL, num_heads: 9, locality_strength: 0.5 }));
    const { init } = specs.find(({ key }) => key === 'blocks.0.attn.pos_proj.weight')!;
    const values = init.kind === 'values' ? init.values : [];
    const centres = Array.from({ length: 9 }, (_, head) => {
      const [right, down, distance] = values.slice(3 * head, 3 * head + 3);
      return [right! / (-2 * distance!), down! / (-2 * distance!)];
    });
    const kernel = [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((down) => [right, down]));
    expect(centres.map(String)).toEqual(kernel.map(String));
    expect(values.filter((_, at) => at % 3 === 2)).toEqual(new Array(9).fill(-0.5));
  });

  it('has gated attention in the first blocks alone, without biases', () => {
    const keys = parametersOf(convit, convit.config.parse(SMALL)).map(({ key }) => key);
    expect(keys.filter((key) => key.endsWith('gating_param'))).toEqual([
      'blocks.0.attn.gating_param',
      'blocks.1.attn.gating_param',
    ]);
    expect(keys.filter((key) => /\.(qkv|qk|v)\./.test(key))).toEqual([
      'blocks.0.attn.qk.weight',
      'blocks.0.attn.v.weight',
      'blocks.1.attn.qk.weight',
      'blocks.1.attn.v.weight',
      'blocks.2.attn.qkv.weight',
    ]);
  });

  it('runs without gated blocks and without learnt positions', async () => {
    const { training, inference } = await runBothModes(convit, {
      ...SMALL,
      local_up_to_layer: 0,
      use_pos_embed: false,
    });
    expect(distance(training, inference)).toBeLessThan(1e-5);
  });

  it('refuses to leave the class token without a block', () => {
    expect(() => convit.config.parse({ ...SMALL, local_up_to_layer: 3 })).toThrow(/less than depth/);
  });

  it('computes in training what inference does where every mask is one', async () => {
    const { training, inference, masks } = await runBothModes(convit, { ...SMALL, drop_path_rate: 0.5 });
    expect(masks).toHaveLength(4);
    expect(distance(training, inference)).toBeLessThan(1e-5);
  });
});
