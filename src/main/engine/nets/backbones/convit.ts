import { z } from 'zod';
import type { Value } from '../../onnx/graph.ts';
import { add } from '../../onnx/ops/arithmetic.ts';
import { reshape } from '../../onnx/ops/shaping.ts';
import { truncatedNormal } from '../init.ts';
import { dropout, layerNorm, linear } from '../layers.ts';
import type { NetDefinition, NetOutputs } from '../net.ts';
import type { Scope } from '../scope.ts';
import { selfAttention } from './attention.ts';
import { gatedAttention, relativePositions } from './gated-attention.ts';
import { patchEmbedding } from './patch-embedding.ts';
import { prependTokens } from './tokens.ts';
import { transformerBlock } from './transformer-block.ts';
import {
  dropPathRateOf,
  hiddenWidth,
  NORM_EPSILON,
  type TransformerConfig,
  transformerFields,
  wholePatches,
} from './transformer-config.ts';

export interface ConvitConfig extends TransformerConfig {
  /** How many of the first blocks attend by gated position; the class token joins after them. */
  readonly local_up_to_layer: number;
  readonly use_pos_embed: boolean;
  /** How sharply the gated heads look at one place when training starts. */
  readonly locality_strength: number;
}

/** ConViT (d'Ascoli et al. 2021). `embed_dim` is the width of ONE head, as in timm; the embedding is the class token. */
export const convit: NetDefinition<ConvitConfig> = {
  kind: 'convit',
  config: z
    .strictObject({
      ...transformerFields,
      embed_dim: transformerFields.embed_dim.unwrap().default(48),
      qkv_bias: z.boolean().default(false),
      local_up_to_layer: z.int().min(0).default(10),
      use_pos_embed: z.boolean().default(true),
      locality_strength: z.number().default(1),
    })
    .refine(...wholePatches)
    .refine((config) => config.local_up_to_layer < config.depth, {
      message: 'local_up_to_layer must be less than depth: the class token needs a block of its own.',
      path: ['local_up_to_layer'],
    }),
  inputShape: ({ img_size: size }) => [3, size, size],
  build,
};

function build(scope: Scope, config: ConvitConfig, image: Value): NetOutputs {
  const { num_heads: heads, num_classes: classes, local_up_to_layer: local, qkv_bias: bias } = config;
  const width = config.embed_dim * heads;
  const token = scope.parameter('cls_token', [1, 1, width], truncatedNormal());
  const side = config.img_size / config.patch_size;
  const patches = patchEmbedding(scope.at('patch_embed'), image, config.patch_size, width);
  let x = config.use_pos_embed
    ? add(patches, scope.parameter('pos_embed', [1, side ** 2, width], truncatedNormal()))
    : patches;
  const relative = local === 0 ? null : scope.graph.constant(relativePositions(side));
  for (let index = 0; index < config.depth; index += 1) {
    if (index === local) x = prependTokens(token, x);
    const queries = index === config.depth - 1 ? 1 : (x.shape[1] as number);
    x = transformerBlock(scope.at(`blocks.${index}`), x, {
      attention: (at, normed) =>
        relative !== null && index < local
          ? gatedAttention(at, normed, { heads, bias, localityStrength: config.locality_strength, relative })
          : selfAttention(at, normed, { heads, bias, queries }),
      hidden: hiddenWidth(width, config.mlp_ratio),
      dropPathRate: dropPathRateOf(index, config),
    });
  }
  const embedding = reshape(layerNorm(scope.at('norm'), x, NORM_EPSILON), [x.shape[0]!, width]);
  if (classes === 0) return { output: embedding, embedding };
  const kept = dropout(scope, 'head_drop', embedding, config.drop_rate);
  return { output: linear(scope.at('head'), kept, classes), embedding };
}
