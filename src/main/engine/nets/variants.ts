import { UsageError } from '../../../shared/errors.ts';

/** A named network: a kind and the few numbers by which it differs from the kind's defaults. */
export interface Variant {
  readonly name: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
}

type Config = Variant['config'];
const swin = (size: string, config: Config): Variant => ({
  name: `swin_${size}_patch4_window7_224`,
  kind: 'swin',
  config,
});
const vit = (size: string, config: Config): Variant => ({ name: `vit_${size}_patch16_224`, kind: 'vit', config });
const deit = (size: string, config: Config): readonly Variant[] => [
  { name: `deit_${size}_patch16_224`, kind: 'deit', config: { ...config, distilled: false } },
  { name: `deit_${size}_distilled_patch16_224`, kind: 'deit', config: { ...config, distilled: true } },
];
const convit = (size: string, heads: number): Variant => ({
  name: `convit_${size}`,
  kind: 'convit',
  config: { num_heads: heads },
});
const xcit = (size: string, config: Config): Variant => ({ name: `xcit_${size}_12_p16_224`, kind: 'xcit', config });

/** timm's networks by timm's names, and ours. A variant's classes are the default's unless a config says otherwise. */
export const VARIANTS: readonly Variant[] = [
  swin('tiny', {}),
  swin('small', { depths: [2, 2, 18, 2] }),
  swin('base', { embed_dim: 128, depths: [2, 2, 18, 2], num_heads: [4, 8, 16, 32] }),
  swin('large', { embed_dim: 192, depths: [2, 2, 18, 2], num_heads: [6, 12, 24, 48] }),
  vit('small', { embed_dim: 384, num_heads: 6 }),
  vit('base', {}),
  ...deit('tiny', { embed_dim: 192, num_heads: 3 }),
  ...deit('small', { embed_dim: 384, num_heads: 6 }),
  ...deit('base', {}),
  convit('tiny', 4),
  convit('small', 9),
  convit('base', 16),
  xcit('nano', { embed_dim: 128, num_heads: 4 }),
  xcit('tiny', { embed_dim: 192, num_heads: 4, tokens_norm: true }),
  xcit('small', { embed_dim: 384, num_heads: 8, tokens_norm: true }),
  {
    name: 'nr_swin_micro',
    kind: 'classifier',
    config: {
      input: 48,
      channels: 1,
      sr: { kind: 'bicubic', config: { scale: 2, channels: 1 } },
      normalise: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      resizer: { kind: 'resizer', n: 16, r: 1 },
      backbone: {
        kind: 'swin',
        config: {
          img_size: 56,
          patch_size: 2,
          stem: 'conv',
          embed_dim: 48,
          depths: [2, 2, 4],
          num_heads: [3, 6, 12],
          window_size: 7,
        },
      },
    },
  },
];

/** The variant of that name. Throws UsageError naming those there are. */
export function findVariant(name: string): Variant {
  const found = VARIANTS.find((variant) => variant.name === name);
  if (found !== undefined) return found;
  const names = VARIANTS.map((variant) => variant.name);
  throw new UsageError(`There is no network “${name}”.`, { names, remedy: `Choose one of ${names.join(', ')}.` });
}
