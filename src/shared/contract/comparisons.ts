import { z } from 'zod';
import { idSchema, jobSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';

/** What became of a face whose prediction changed: wrong then right, right then wrong, or wrong both times. */
export const CHANGES = ['fixed', 'broken', 'changed'] as const;
export const changeSchema = z.enum(CHANGES);
export type Change = z.infer<typeof changeSchema>;

/** How one side does on the faces of both; `recall` goes by class, null for a class without faces. */
export const sideFiguresSchema = z.object({
  accuracy: z.number().nullable(),
  macroF1: z.number().nullable(),
  ece: z.number().nullable(),
  recall: z.array(z.number().nullable()),
});
export type SideFigures = z.infer<typeof sideFiguresSchema>;

/** A face whose prediction changed; label, before and after are places in the comparison's classes. */
export const changedFaceSchema = z.object({
  id: idSchema,
  key: z.string(),
  split: splitSchema,
  change: changeSchema,
  label: z.number().int(),
  before: z.number().int(),
  beforeProbability: z.number(),
  after: z.number().int(),
  afterProbability: z.number(),
});
export type ChangedFace = z.infer<typeof changedFaceSchema>;

/** Two sets of predictions of the same faces beside each other. */
export const comparisonSchema = z.object({
  before: z.string(),
  after: z.string(),
  datasetId: idSchema.nullable(),
  dataset: z.string(),
  splits: z.array(splitSchema),
  protocol: z.string(),
  voteFiles: z.array(z.string()),
  classes: z.array(z.string()),
  /** The faces that both have predicted and that the protocol keeps. */
  faces: z.number().int(),
  /** Kept faces that only one of them has predicted. */
  unpaired: z.number().int(),
  counts: z.object({
    fixed: z.number().int(),
    broken: z.number().int(),
    changed: z.number().int(),
    stayedRight: z.number().int(),
    stayedWrong: z.number().int(),
  }),
  figures: z.object({ before: sideFiguresSchema, after: sideFiguresSchema }),
  /** Faces of each class by their label. */
  support: z.array(z.number().int()),
  /** Rows are the predictions before, columns those after. */
  confusion: z.array(z.array(z.number().int())),
  /** McNemar's exact two-sided p of the difference in accuracy. */
  p: z.number(),
  /** The greatest move of the label's probability first. */
  changedFaces: z.array(changedFaceSchema),
});
export type Comparison = z.infer<typeof comparisonSchema>;

const training = z.object({ trainingId: idSchema });

export const comparisons = {
  /** Two prediction runs over one dataset. */
  ofRuns: base
    .input(
      z.object({ before: idSchema, after: idSchema, split: splitSchema, protocol: z.string().default('majority') }),
    )
    .output(comparisonSchema),
  /**
   * A training run's model before it and its best weights, on the faces that it validates with; null until `predict`
   * has been done. `job` is the newest one that works, or worked, on it.
   */
  ofTraining: base
    .input(training)
    .output(z.object({ comparison: comparisonSchema.nullable(), job: jobSchema.nullable() })),
  /** The best weights of two training runs on the faces that both validate with; null until both are predicted. */
  ofTrainings: base
    .input(z.object({ before: idSchema, after: idSchema }))
    .output(z.object({ comparison: comparisonSchema.nullable() })),
  /** Has the model before a run and its best weights predict what the run validates with. */
  predict: base.input(training).output(jobSchema),
};
