import { z } from 'zod';
import type { Value } from '../../onnx/graph.ts';
import { relu } from '../../onnx/ops/activations.ts';
import { add } from '../../onnx/ops/arithmetic.ts';
import { gather } from '../../onnx/ops/gathering.ts';
import { padAxis } from '../../onnx/ops/padding.ts';
import { reduceMean } from '../../onnx/ops/reduce.ts';
import { reshape } from '../../onnx/ops/shaping.ts';
import type { Dim } from '../../onnx/shape.ts';
import { batchNorm, conv2d, dropout, dropPath, layerNorm, linear, mlp } from '../layers.ts';
import type { NetDefinition, NetOutputs } from '../net.ts';
import type { Scope } from '../scope.ts';
import { patchEmbedding } from './patch-embedding.ts';
import { windowAttention } from './swin-attention.ts';
import { type Size, tokensInGroups, windowingOf } from './swin-windows.ts';
import { tokensOfMap } from './tokens.ts';
import { hiddenWidth, wholePatches } from './transformer-config.ts';

const count = z.int().positive();
const rate = z.number().min(0).max(0.95);

const config = z
  .strictObject({
    img_size: count.default(224),
    patch_size: count.default(4),
    in_chans: count.default(3),
    /** 0 leaves the head out: the output is then the embedding. */
    num_classes: z.int().min(0).default(8),
    /** Width of the first stage; each later one is twice as wide. */
    embed_dim: count.default(96),
    /** Blocks of each stage. */
    depths: z.array(count).min(1).default([2, 2, 6, 2]),
    num_heads: z.array(count).min(1).default([3, 6, 12, 24]),
    window_size: count.default(7),
    mlp_ratio: z.number().positive().default(4),
    /** Dropout before the head. */
    drop_rate: rate.default(0),
    /** Stochastic depth of the last block; it grows from 0 in the first. */
    drop_path_rate: rate.default(0.1),
    /** How pixels become tokens: one linear map a patch, or four 3×3 convolutions, the third of stride 2. */
    stem: z.enum(['patch', 'conv']).default('patch'),
  })
  .refine(...wholePatches)
  .refine(({ depths, num_heads }) => depths.length === num_heads.length, {
    message: 'depths and num_heads must name as many stages.',
    path: ['num_heads'],
  })
  .refine(({ embed_dim, num_heads }) => num_heads.every((heads, stage) => (embed_dim * 2 ** stage) % heads === 0), {
    message: 'Each stage’s width, embed_dim · 2^stage, must be a multiple of its num_heads.',
    path: ['num_heads'],
  })
  .refine(({ stem, patch_size }) => stem === 'patch' || patch_size === 2, {
    message: 'The convolutional stem halves the image: patch_size must be 2 with it.',
    path: ['patch_size'],
  });

export type SwinConfig = z.infer<typeof config>;

/** The Swin transformer (Liu et al. 2021) under timm's names. The embedding is the mean of the normalised tokens. */
export const swin: NetDefinition<SwinConfig> = {
  kind: 'swin',
  config,
  inputShape: ({ in_chans: channels, img_size: size }) => [channels, size, size],
  build,
};

function build(scope: Scope, config: SwinConfig, image: Value): NetOutputs {
  const { embed_dim: width, num_classes: classes, depths } = config;
  const stem = config.stem === 'patch' ? patchEmbedding : convolutionalStem;
  const tokens = stem(scope.at('patch_embed'), image, config.patch_size, width);
  let x = layerNorm(scope.at('patch_embed.norm'), tokens);
  let map: Size = [config.img_size / config.patch_size, config.img_size / config.patch_size];
  for (const [stage, depth] of depths.entries()) {
    const at = scope.at(`layers.${stage}`);
    if (stage > 0) {
      x = mergePatches(at.at('downsample'), x, map, width * 2 ** stage);
      map = [Math.ceil(map[0] / 2), Math.ceil(map[1] / 2)];
    }
    for (let index = 0; index < depth; index += 1) {
      x = block(at.at(`blocks.${index}`), x, {
        heads: config.num_heads[stage]!,
        windowing: windowingOf(map, config.window_size, index % 2 === 1),
        hidden: hiddenWidth(width * 2 ** stage, config.mlp_ratio),
        dropPathRate: dropPathRateOf(config, stage, index),
      });
    }
  }
  const embedding = reduceMean(layerNorm(scope.at('norm'), x), [1]);
  if (classes === 0) return { output: embedding, embedding };
  const kept = dropout(scope, 'head.drop', embedding, config.drop_rate);
  return { output: linear(scope.at('head.fc'), kept, classes), embedding };
}

interface BlockOptions {
  readonly heads: number;
  readonly windowing: ReturnType<typeof windowingOf>;
  readonly hidden: number;
  readonly dropPathRate: number;
}

function block(scope: Scope, x: Value, { heads, windowing, hidden, dropPathRate }: BlockOptions): Value {
  const attention = windowAttention(scope.at('attn'), layerNorm(scope.at('norm1'), x), { heads, windowing });
  const attended = add(x, dropPath(scope, 'drop_path1', attention, dropPathRate));
  const changed = mlp(scope.at('mlp'), layerNorm(scope.at('norm2'), attended), hidden);
  return add(attended, dropPath(scope, 'drop_path2', changed, dropPathRate));
}

/** Stochastic depth of a block: from 0 in the first of all stages to the whole rate in the last. */
function dropPathRateOf({ depths, drop_path_rate: rate }: SwinConfig, stage: number, index: number): number {
  const total = depths.reduce((sum, depth) => sum + depth, 0);
  const before = depths.slice(0, stage).reduce((sum, depth) => sum + depth, 0);
  return total === 1 ? 0 : (rate * (before + index)) / (total - 1);
}

/** Each 2×2 group of tokens as one of `width`: N×L×C to N×(L ÷ 4)×width, an odd map filled up with zeros. */
function mergePatches(scope: Scope, x: Value, map: Size, width: number): Value {
  const [batch, tokens, own] = x.shape as readonly [Dim, number, number];
  const order = tokensInGroups(map);
  const grouped = gather(padAxis(x, 1, 0, order.length - tokens), order, 1);
  const joined = reshape(grouped, [batch, order.length / 4, 4 * own]);
  return linear(scope.at('reduction'), layerNorm(scope.at('norm'), joined), width, { bias: false });
}

/** Widths of the stem's 3×3 convolutions and their strides. */
const CONVOLUTIONS = [
  { width: 32, stride: 1 },
  { width: 32, stride: 1 },
  { width: 64, stride: 2 },
  { width: 64, stride: 1 },
] as const;

/** Convolutions before the tokens instead of one linear map; `proj` holds them, their normalisations and ReLUs in a row. */
function convolutionalStem(scope: Scope, image: Value, _patch: number, width: number): Value {
  const proj = scope.at('proj');
  let x = image;
  for (const [index, convolution] of CONVOLUTIONS.entries()) {
    const options = { strides: convolution.stride, pads: 1, bias: false };
    const convolved = conv2d(proj.at(3 * index), x, convolution.width, 3, options);
    x = relu(batchNorm(proj.at(3 * index + 1), convolved));
  }
  return tokensOfMap(conv2d(proj.at(3 * CONVOLUTIONS.length), x, width, 1));
}
