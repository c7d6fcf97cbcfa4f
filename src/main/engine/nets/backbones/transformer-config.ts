import { z } from 'zod';

const count = z.int().positive();
const rate = z.number().min(0).max(0.95);

/** What every vision transformer's config says, under timm's names; defaults are timm's but for the classes. */
export const transformerFields = {
  img_size: count.default(224),
  patch_size: count.default(16),
  /** 0 leaves the head out: the output is then the embedding. */
  num_classes: z.int().min(0).default(8),
  embed_dim: count.default(768),
  depth: count.default(12),
  num_heads: count.default(12),
  mlp_ratio: z.number().positive().default(4),
  qkv_bias: z.boolean().default(true),
  /** Dropout before the head. */
  drop_rate: rate.default(0),
  /** Stochastic depth. */
  drop_path_rate: rate.default(0),
};

/** What `transformerFields` come out as. */
export type TransformerConfig = z.infer<z.ZodObject<typeof transformerFields>>;

type Check<Config> = readonly [holds: (config: Config) => boolean, options: { message: string; path: string[] }];

export const wholePatches: Check<Pick<TransformerConfig, 'img_size' | 'patch_size'>> = [
  (config) => config.img_size % config.patch_size === 0,
  { message: 'img_size must be a multiple of patch_size.', path: ['patch_size'] },
];

export const wholeHeads: Check<Pick<TransformerConfig, 'embed_dim' | 'num_heads'>> = [
  (config) => config.embed_dim % config.num_heads === 0,
  { message: 'embed_dim must be a multiple of num_heads.', path: ['num_heads'] },
];

/** The epsilon of every layer normalisation in timm's ViT, DeiT, ConViT and XCiT. */
export const NORM_EPSILON = 1e-6;

/** Hidden width of a block's perceptron. */
export const hiddenWidth = (width: number, ratio: number): number => Math.trunc(width * ratio);

/** Stochastic depth of block `index`: from 0 in the first to the whole rate in the last (Huang et al. 2016). */
export const dropPathRateOf = (index: number, { depth, drop_path_rate: rate }: TransformerConfig): number =>
  depth === 1 ? 0 : (rate * index) / (depth - 1);
