import { z } from 'zod';
import { idSchema, jobSchema, providerChoiceSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';

/** One model over some splits of one dataset; `done` of `total` faces are committed. */
export const runSchema = z.object({
  id: idSchema,
  datasetId: idSchema,
  modelId: idSchema,
  modelName: z.string(),
  splits: z.array(splitSchema),
  provider: z.string(),
  done: z.number().int(),
  total: z.number().int(),
  complete: z.boolean(),
  facesPerSecond: z.number().nullable(),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
});
export type Run = z.infer<typeof runSchema>;

export const runs = {
  list: base.input(z.object({ datasetId: idSchema.nullable() })).output(z.array(runSchema)),
  start: base
    .input(
      z.object({
        datasetId: idSchema,
        modelId: idSchema,
        splits: z.array(splitSchema),
        provider: providerChoiceSchema,
        batchSize: z.number().int().min(1).max(1024).nullable(),
        again: z.boolean(),
      }),
    )
    .output(jobSchema),
  remove: base.input(z.object({ id: idSchema })).output(z.object({ predictions: z.number().int() })),
};
