import {
  mergeSettings,
  TRAIN_PRESETS,
  type TrainConfig,
  type TrainConfigInput,
  type TrainPresetName,
  trainConfigSchema,
} from '../../../shared/train-config.ts';

/** A preset's settings laid over the defaults, for a dataset and a model, as the form begins with them. */
export function configOf(preset: TrainPresetName, base: Pick<TrainConfigInput, 'dataset' | 'model'>): TrainConfig {
  const { config } = TRAIN_PRESETS.find(({ name }) => name === preset)!;
  return trainConfigSchema.parse(mergeSettings(config, base));
}

/** What may be typed into a number field: the number, or null for what is none. */
export function numberIn(text: string): number | null {
  const value = Number(text.trim());
  return text.trim() === '' || !Number.isFinite(value) ? null : value;
}

/** −(1 − p)^γ · log p over p from 0.02 to 1: what a face with the probability p for its class costs. */
export const focalCurve = (gamma: number): readonly (readonly [p: number, loss: number])[] =>
  Array.from({ length: 50 }, (_, index) => {
    const p = (index + 1) / 50;
    return [p, -((1 - p) ** gamma) * Math.log(p)] as const;
  });
