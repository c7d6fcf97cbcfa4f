import type { ModelInput } from '../../../shared/model-spec.ts';

export interface Normalisation {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The common ways to turn bytes into numbers; value = (byte · scale − mean) / std. */
export const NORMALISATIONS = [
  { name: 'none', label: '0 to 255', hint: 'bytes as they are', scale: 1, mean: [0], std: [1] },
  { name: 'unit', label: '0 to 1', hint: 'byte ÷ 255', scale: 1 / 255, mean: [0], std: [1] },
  { name: 'signed', label: '−1 to 1', hint: '(byte ÷ 255 − 0.5) ÷ 0.5', scale: 1 / 255, mean: [0.5], std: [0.5] },
  {
    name: 'imagenet',
    label: 'ImageNet',
    hint: 'mean and deviation of ImageNet, channel by channel',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
] as const;

export type NormalisationName = (typeof NORMALISATIONS)[number]['name'] | 'custom';

const spread = (values: readonly number[]): readonly number[] =>
  values.length === 1 ? [values[0]!, values[0]!, values[0]!] : values;

function same(a: readonly number[], b: readonly number[]): boolean {
  const [left, right] = [spread(a), spread(b)];
  return left.length === right.length && left.every((value, i) => Math.abs(value - right[i]!) < 1e-6);
}

/** The preset that does exactly this, or 'custom'; one value for all channels equals the same value for each. */
export function normalisationName(of: Pick<ModelInput, 'scale' | 'mean' | 'std'>): NormalisationName {
  const found = NORMALISATIONS.find(
    (preset) => Math.abs(preset.scale / of.scale - 1) < 1e-6 && same(preset.mean, of.mean) && same(preset.std, of.std),
  );
  return found?.name ?? 'custom';
}
