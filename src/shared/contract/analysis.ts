import { z } from 'zod';
import { idSchema, measureNameSchema, measureValueSchema, sampleTileSchema, splitSchema } from '../entities.ts';
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

/** A measure in words: kept of each face, or of each run's prediction, where views filter and sort by its name. */
export const measureInfoSchema = measureValueSchema
  .omit({ value: true, voice: true })
  .extend({ voice: z.enum(['crowd', 'model', 'both']), of: z.enum(['face', 'prediction']) });
export type MeasureInfo = z.infer<typeof measureInfoSchema>;

const namedSchema = z.object({ name: z.string(), label: z.string(), explanation: z.string() });

/**
 * A face whose label is likely wrong. `rank` counts from 1, the worst first; `quality` is what it is ranked by, in
 * [0, 1], 0 for a label that is surely wrong; `suggested` is the model's first choice, as a dataset class.
 */
export const labelIssueSchema = z.object({
  rank: z.number().int(),
  quality: z.number(),
  /** The label that is doubted, an annotator's or else the crowd's, as a dataset class. */
  label: z.number().int(),
  suggested: z.number().int(),
  tile: sampleTileSchema,
  measures: z.array(z.object({ name: measureNameSchema, value: z.number().nullable() })),
});
export type LabelIssue = z.infer<typeof labelIssueSchema>;

/** The measures that label issues may be ranked by, the least first. */
export const ISSUE_RANKS = ['selfConfidence', 'normalisedMargin'] as const;

export const labelIssuesRequestSchema = z.object({
  runId: idSchema,
  split: splitSchema,
  filterBy: z.string().default('prune-by-noise-rate'),
  rankBy: z.enum(ISSUE_RANKS).default(ISSUE_RANKS[0]),
});
export type LabelIssuesRequest = z.infer<typeof labelIssuesRequestSchema>;

/**
 * Confident learning over the faces of a split that a run has predicted and whose label is one of the model's classes.
 * Matrices and thresholds stand in the order of `classes`: rows are the labels, columns the estimated truth, in faces.
 */
export const labelIssuesSchema = z.object({
  dataset: z.string(),
  model: z.string(),
  runId: idSchema,
  split: splitSchema,
  voteFiles: z.array(z.string()),
  provider: z.string(),
  filterBy: z.string(),
  rankBy: z.string(),
  faces: z.number().int(),
  /** Faces of the split whose label is none of the model's classes, or that have no vote. */
  notComparable: z.number().int(),
  unpredicted: z.number().int(),
  classes: z.array(z.string()),
  classIndices: z.array(z.number().int()),
  /** Null for a class that no face is labelled. */
  thresholds: z.array(z.number().nullable()),
  confidentJoint: z.array(z.array(z.number().int())),
  estimatedJoint: z.array(z.array(z.number())),
  /** Off the diagonal of the estimated joint, rounded. */
  estimatedIssues: z.number().int(),
  found: z.number().int(),
  issues: z.array(labelIssueSchema),
});
export type LabelIssues = z.infer<typeof labelIssuesSchema>;

/** How far the crowd agrees with itself over faces with two votes or more; `null` where chance alone decides. */
export const voteAgreementSchema = z.object({
  dataset: z.string(),
  splits: z.array(splitSchema),
  voteFiles: z.array(z.string()),
  classes: z.array(z.string()),
  faces: z.number().int(),
  /** Faces with fewer than two votes, left out. */
  leftOut: z.number().int(),
  votes: z.number().int(),
  meanVotes: z.number().nullable(),
  /** The share of voter pairs that agree, in the mean over faces. */
  pairAgreement: z.number().nullable(),
  fleissKappa: z.number().nullable(),
  krippendorffAlpha: z.number().nullable(),
  perClass: z.array(z.object({ name: z.string(), share: z.number(), fleissKappa: z.number().nullable() })),
  /** Row i: of the votes beside one for class i, the share for each class. Null for a class without votes. */
  beside: z.array(z.array(z.number()).nullable()),
});
export type VoteAgreement = z.infer<typeof voteAgreementSchema>;

export const analysis = {
  protocols: base.output(z.array(namedSchema)),
  evaluate: base
    .input(z.object({ runId: idSchema, split: splitSchema, protocol: z.string(), labels: z.string().optional() }))
    .output(evaluationSchema),
  measures: base.output(z.array(measureInfoSchema)),
  issueFilters: base.output(z.array(namedSchema)),
  labelIssues: base
    .input(
      labelIssuesRequestSchema.extend({
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(0).max(2000).default(200),
      }),
    )
    .output(labelIssuesSchema),
  /** Throws USAGE where no face of the splits has two votes. */
  agreement: base
    .input(z.object({ datasetId: idSchema, splits: z.array(splitSchema).min(1) }))
    .output(voteAgreementSchema),
};
