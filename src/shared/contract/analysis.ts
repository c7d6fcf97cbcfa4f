import { z } from 'zod';
import { idSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';

/** `confusion[t][p]` counts faces of target class t predicted as p; both axes are `classes`. Ratios are in [0, 1]. */
export const evaluationSchema = z.object({
  dataset: z.string(),
  model: z.string(),
  runId: idSchema,
  split: splitSchema,
  protocol: z.string(),
  /** The label version that it was scored by. */
  labels: z.string(),
  voteFiles: z.array(z.string()),
  provider: z.string(),
  classes: z.array(z.string()),
  classIndices: z.array(z.number().int()),
  accuracy: z.number().nullable(),
  macroF1: z.number().nullable(),
  /** Expected calibration error over 15 bins of equal width. */
  ece: z.number().nullable(),
  support: z.number().int(),
  dropped: z.number().int(),
  unpredicted: z.number().int(),
  /** Faces judged by an annotator's relabel instead of the votes. */
  relabelled: z.number().int(),
  confusion: z.array(z.array(z.number().int())),
  perClass: z.array(
    z.object({
      name: z.string(),
      precision: z.number().nullable(),
      recall: z.number().nullable(),
      f1: z.number().nullable(),
      support: z.number().int(),
      predicted: z.number().int(),
    }),
  ),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

export const analysis = {
  protocols: base.output(z.array(z.object({ name: z.string(), label: z.string(), explanation: z.string() }))),
  evaluate: base
    .input(z.object({ runId: idSchema, split: splitSchema, protocol: z.string(), labels: z.string().optional() }))
    .output(evaluationSchema),
};
