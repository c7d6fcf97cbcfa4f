import { z } from 'zod';
import type { Value } from '../../onnx/graph.ts';
import { add, mul } from '../../onnx/ops/arithmetic.ts';
import { reshape } from '../../onnx/ops/shaping.ts';
import { split } from '../../onnx/ops/slicing.ts';
import { truncatedNormal } from '../init.ts';
import { dropout, linear } from '../layers.ts';
import type { NetDefinition, NetOutputs } from '../net.ts';
import type { Scope } from '../scope.ts';
import { type TransformerConfig, transformerFields, wholeHeads, wholePatches } from './transformer-config.ts';
import { buildVit, visionTransformer } from './vit.ts';

export interface DeitConfig extends TransformerConfig {
  /** With a distillation token and a head of its own; without, DeiT is a ViT. */
  readonly distilled: boolean;
}

/**
 * DeiT (Touvron et al. 2021). Distilled, the output is the mean of the class head's and the distillation head's logits,
 * and the embedding is both normalised tokens, class first, N×2D.
 */
export const deit: NetDefinition<DeitConfig> = {
  kind: 'deit',
  config: z
    .strictObject({ ...transformerFields, distilled: z.boolean().default(true) })
    .refine(...wholePatches)
    .refine(...wholeHeads),
  inputShape: ({ img_size: size }) => [3, size, size],
  build: (scope, config, image) =>
    config.distilled ? buildDistilled(scope, config, image) : buildVit(scope, config, image),
};

function buildDistilled(scope: Scope, config: DeitConfig, image: Value): NetOutputs {
  const { embed_dim: width, num_classes: classes, drop_rate: rate } = config;
  const start = truncatedNormal();
  const tokens = visionTransformer(scope, config, image, { cls_token: start, dist_token: start });
  const embedding = reshape(tokens, [tokens.shape[0]!, 2 * width]);
  if (classes === 0) return { output: embedding, embedding };
  const [token, distillation] = split(dropout(scope, 'head_drop', embedding, rate), [width, width], 1);
  const logits = linear(scope.at('head'), token!, classes);
  return { output: mul(add(logits, linear(scope.at('head_dist'), distillation!, classes)), 0.5), embedding };
}
