import { z } from 'zod';
import type { Value } from '../../onnx/graph.ts';
import { add } from '../../onnx/ops/arithmetic.ts';
import { reshape } from '../../onnx/ops/shaping.ts';
import { concat } from '../../onnx/ops/slicing.ts';
import { type Init, truncatedNormal } from '../init.ts';
import { dropout, layerNorm, linear } from '../layers.ts';
import type { NetDefinition, NetOutputs } from '../net.ts';
import type { Scope } from '../scope.ts';
import { selfAttention } from './attention.ts';
import { patchEmbedding } from './patch-embedding.ts';
import { prependTokens } from './tokens.ts';
import { transformerBlock } from './transformer-block.ts';
import {
  dropPathRateOf,
  hiddenWidth,
  NORM_EPSILON,
  type TransformerConfig,
  transformerFields,
  wholeHeads,
  wholePatches,
} from './transformer-config.ts';

/** The vision transformer (Dosovitskiy et al. 2021) with a class token. The embedding is that token, normalised. */
export const vit: NetDefinition<TransformerConfig> = {
  kind: 'vit',
  config: z
    .strictObject(transformerFields)
    .refine(...wholePatches)
    .refine(...wholeHeads),
  inputShape: ({ img_size: size }) => [3, size, size],
  build: buildVit,
};

export function buildVit(scope: Scope, config: TransformerConfig, image: Value): NetOutputs {
  const { embed_dim: width, num_classes: classes, drop_rate: rate } = config;
  const tokens = visionTransformer(scope, config, image, { cls_token: { kind: 'normal', std: 1e-6 } });
  const embedding = reshape(tokens, [tokens.shape[0]!, width]);
  if (classes === 0) return { output: embedding, embedding };
  return { output: linear(scope.at('head'), dropout(scope, 'head_drop', embedding, rate), classes), embedding };
}

/**
 * The transformer before its head: 3-channel images to the normalised tokens that stand before the patches, N×K×D, in
 * the order of `tokens`: their keys and how each starts.
 */
export function visionTransformer(
  scope: Scope,
  config: TransformerConfig,
  image: Value,
  tokens: Readonly<Record<string, Init>>,
): Value {
  const { embed_dim: width, num_heads: heads, qkv_bias: bias, depth } = config;
  const leading = Object.entries(tokens).map(([key, init]) => scope.parameter(key, [1, 1, width], init));
  const patches = patchEmbedding(scope.at('patch_embed'), image, config.patch_size, width);
  const count = leading.length + (patches.shape[1] as number);
  const positions = scope.parameter('pos_embed', [1, count, width], truncatedNormal());
  let x = add(prependTokens(leading.length === 1 ? leading[0]! : concat(leading, 1), patches), positions);
  for (let index = 0; index < depth; index += 1) {
    const queries = index === depth - 1 ? leading.length : count;
    x = transformerBlock(scope.at(`blocks.${index}`), x, {
      attention: (at, normed) => selfAttention(at, normed, { heads, bias, queries }),
      hidden: hiddenWidth(width, config.mlp_ratio),
      dropPathRate: dropPathRateOf(index, config),
    });
  }
  return layerNorm(scope.at('norm'), x, NORM_EPSILON);
}
