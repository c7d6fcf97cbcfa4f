import { z } from 'zod';
import { idSchema, jobSchema, providerChoiceSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';

const seedSchema = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32 - 1);

/** How a face super-resolution is trained: to enlarge shrunken faces back to what they were. */
export const superResolutionConfigSchema = z.strictObject({
  kind: z.string().default('fsrcnn'),
  scale: z.number().int().min(2).max(8).default(2),
  /** Sizes of the network, as its kind has them; its defaults otherwise. */
  network: z.record(z.string(), z.unknown()).default({}),
  splits: z.array(splitSchema).min(1).default(['train']),
  validation: splitSchema.default('valid'),
  /** Side in pixels to which every face is brought first. */
  side: z.number().int().min(16).max(512).default(48),
  limit: z.number().int().min(1).nullable().default(null),
  epochs: z.number().int().min(1).max(10_000).default(12),
  batchSize: z.number().int().min(1).max(4096).default(16),
  learningRate: z.number().positive().default(1e-3),
  ema: z.number().min(0).max(1).default(0.999),
  seed: seedSchema.default(0),
});
export type SuperResolutionConfig = z.infer<typeof superResolutionConfigSchema>;

/** PSNR in dB over the validation faces, each face's own averaged. */
export const superResolutionEpochSchema = z.object({
  epoch: z.number().int(),
  trainLoss: z.number(),
  psnr: z.number(),
});
export type SuperResolutionEpoch = z.infer<typeof superResolutionEpochSchema>;

/** What a finished job of the kind `train-sr` reports. */
export const superResolutionResultSchema = z.object({
  file: z.string(),
  provider: z.string(),
  parameters: z.number().int(),
  faces: z.object({ train: z.number().int(), validation: z.number().int() }),
  seconds: z.number(),
  psnr: z.number(),
  bicubicPsnr: z.number(),
  /** Of this job's own epochs; those before an interruption are not among them. */
  epochs: z.array(superResolutionEpochSchema),
});
export type SuperResolutionResult = z.infer<typeof superResolutionResultSchema>;

export const superResolution = {
  /** Trains on a dataset's faces and writes the weights as safetensors to `out`, which must not exist unless `force`. */
  train: base
    .input(
      z.object({
        datasetId: idSchema,
        config: superResolutionConfigSchema,
        out: z.string().min(1),
        provider: providerChoiceSchema,
        force: z.boolean(),
      }),
    )
    .output(jobSchema),
};
