import { z } from 'zod';
import type { Value } from '../../onnx/graph.ts';
import { gelu } from '../../onnx/ops/activations.ts';
import { add } from '../../onnx/ops/arithmetic.ts';
import { reshape } from '../../onnx/ops/shaping.ts';
import { split } from '../../onnx/ops/slicing.ts';
import { truncatedNormal } from '../init.ts';
import { batchNorm, conv2d, dropout, layerNorm, linear } from '../layers.ts';
import type { NetDefinition, NetOutputs } from '../net.ts';
import type { Scope } from '../scope.ts';
import { classAttentionBlock } from './class-attention.ts';
import { fourierPositions } from './fourier-positions.ts';
import { prependTokens, tokensOfMap } from './tokens.ts';
import {
  hiddenWidth,
  NORM_EPSILON,
  type TransformerConfig,
  transformerFields,
  wholeHeads,
  wholePatches,
} from './transformer-config.ts';
import { xcitBlock } from './xcit-block.ts';

export interface XcitConfig extends TransformerConfig {
  readonly patch_size: 8 | 16;
  /** How many class-attention blocks follow the others. */
  readonly cls_attn_layers: number;
  readonly use_pos_embed: boolean;
  /** Whether class attention's second normalisation is of the patches too. */
  readonly tokens_norm: boolean;
  /** What the factors of each branch start at. */
  readonly eta: number;
}

/** XCiT, the cross-covariance transformer (El-Nouby et al. 2021). The embedding is the normalised class token. */
export const xcit: NetDefinition<XcitConfig> = {
  kind: 'xcit',
  config: z
    .strictObject({
      ...transformerFields,
      patch_size: z.literal([8, 16]).default(16),
      cls_attn_layers: z.int().positive().default(2),
      use_pos_embed: z.boolean().default(true),
      tokens_norm: z.boolean().default(false),
      eta: z.number().default(1),
    })
    .refine(...wholePatches)
    .refine(...wholeHeads)
    .refine((config) => config.embed_dim % (config.patch_size / 2) === 0, {
      message: 'embed_dim must be a multiple of half the patch_size: the stem doubles its width up to it.',
      path: ['embed_dim'],
    }),
  inputShape: ({ img_size: size }) => [3, size, size],
  build,
};

function build(scope: Scope, config: XcitConfig, image: Value): NetOutputs {
  const { embed_dim: width, num_heads: heads, qkv_bias: bias, num_classes: classes, eta } = config;
  const side = config.img_size / config.patch_size;
  const hidden = hiddenWidth(width, config.mlp_ratio);
  const stem = tokensOfMap(convolutionalStem(scope.at('patch_embed.proj'), image, config));
  let patches = config.use_pos_embed ? add(stem, fourierPositions(scope.at('pos_embed'), side, side, width)) : stem;
  for (let index = 0; index < config.depth; index += 1) {
    const options = { heads, bias, hidden, eta, dropPathRate: config.drop_path_rate, grid: [side, side] } as const;
    patches = xcitBlock(scope.at(`blocks.${index}`), patches, options);
  }
  const joined = prependTokens(scope.parameter('cls_token', [1, 1, width], truncatedNormal()), patches);
  const [first, rest] = split(joined, [1, side ** 2], 1);
  let tokens = { token: first!, patches: rest! };
  for (let index = 0; index < config.cls_attn_layers; index += 1) {
    const patchesAreRead = index < config.cls_attn_layers - 1;
    const options = { heads, bias, hidden, eta, normalisesPatches: config.tokens_norm, patchesAreRead };
    tokens = classAttentionBlock(scope.at(`cls_attn_blocks.${index}`), tokens, options);
  }
  const embedding = reshape(layerNorm(scope.at('norm'), tokens.token, NORM_EPSILON), [image.shape[0]!, width]);
  if (classes === 0) return { output: embedding, embedding };
  const kept = dropout(scope, 'head_drop', embedding, config.drop_rate);
  return { output: linear(scope.at('head'), kept, classes), embedding };
}

/** 3×3 convolutions of stride 2, batch-normalised, GELU between, each twice as wide as the one before: N×D×H×W. */
function convolutionalStem(scope: Scope, image: Value, { embed_dim: width, patch_size: patch }: XcitConfig): Value {
  const steps = Math.log2(patch);
  let map = image;
  for (let step = 0; step < steps; step += 1) {
    const at = scope.at(2 * step);
    const convolved = conv2d(at.at(0), map, width / 2 ** (steps - 1 - step), 3, { strides: 2, pads: 1, bias: false });
    const normalised = batchNorm(at.at(1), convolved);
    map = step === steps - 1 ? normalised : gelu(normalised);
  }
  return map;
}
