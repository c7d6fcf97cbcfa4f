import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

export const idSchema = z.number().int().positive();
export const splitSchema = z.enum(['train', 'valid', 'test', 'none']);
export type Split = z.infer<typeof splitSchema>;
export const SPLITS = splitSchema.options;

export const classInfoSchema = z.object({ name: z.string().min(1), emotion: z.boolean() });

export const errorDetailSchema = z.object({
  file: z.string().optional(),
  line: z.number().int().optional(),
  field: z.string().optional(),
  names: z.array(z.string()).readonly().optional(),
  kept: z.string().optional(),
  remedy: z.string().optional(),
  table: z.array(z.array(z.string()).readonly()).readonly().optional(),
});
export const errorRecordSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  detail: errorDetailSchema,
});

/** `classCounts[c]` counts samples whose majority vote is class c; `unlabelled` those without any vote. */
export const datasetSchema = z.object({
  id: idSchema,
  name: z.string(),
  kind: z.string(),
  classes: z.array(classInfoSchema),
  samples: z.number().int(),
  unlabelled: z.number().int(),
  splits: z.array(z.object({ split: splitSchema, count: z.number().int(), classCounts: z.array(z.number().int()) })),
  classCounts: z.array(z.number().int()),
  voteFiles: z.array(z.string()),
  createdAt: z.number(),
});
export type Dataset = z.infer<typeof datasetSchema>;

/** One face in the grid. `label` is the majority vote, `predicted` the run's top class, both in dataset classes. */
export const sampleTileSchema = z.object({
  id: idSchema,
  key: z.string(),
  split: splitSchema,
  label: z.number().int().nullable(),
  votes: z.array(z.number().int()),
  predicted: z.number().int().nullable(),
  confidence: z.number().nullable(),
  /** The measure that the view is ordered by; only in such a view. */
  measure: z.number().nullable().optional(),
});
export type SampleTile = z.infer<typeof sampleTileSchema>;

/** One measure of a face's votes and prediction, with what a screen says of it; null where it is not defined. */
export const measureValueSchema = z.object({
  name: z.string(),
  label: z.string(),
  explanation: z.string(),
  unit: z.enum(['ratio', 'nats']),
  voice: z.enum(['model', 'both']),
  value: z.number().nullable(),
});
export type MeasureValue = z.infer<typeof measureValueSchema>;

/** A run's word on one sample; `probabilities` stand in dataset class order, zero where the model has no such class. */
export const predictionSchema = z.object({
  runId: idSchema,
  modelName: z.string(),
  provider: z.string(),
  predicted: z.number().int(),
  confidence: z.number(),
  probabilities: z.array(z.number()),
  measures: z.array(measureValueSchema),
});
export type Prediction = z.infer<typeof predictionSchema>;

export const sampleDetailSchema = z.object({
  id: idSchema,
  datasetId: idSchema,
  key: z.string(),
  split: splitSchema,
  width: z.number().int(),
  height: z.number().int(),
  contentHash: z.string(),
  image: z.object({ storedInside: z.boolean(), mediaType: z.string(), bytes: z.number().int(), file: z.string() }),
  votes: z.array(z.number().int()),
  votesTotal: z.number().int(),
  label: z.number().int().nullable(),
  voteEntropy: z.number().nullable(),
  voteMargin: z.number().nullable(),
  source: z.object({ votesFile: z.string(), row: z.number().int(), importedAt: z.number() }),
  samePixels: z.array(z.object({ id: idSchema, key: z.string(), split: splitSchema })),
  prediction: predictionSchema.nullable(),
});
export type SampleDetail = z.infer<typeof sampleDetailSchema>;

const rangeSchema = z.tuple([z.number(), z.number()]);
export const measureNameSchema = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/);
export const agreementSchema = z.enum(['right', 'wrong', 'none']);
export type Agreement = z.infer<typeof agreementSchema>;

/** Every field narrows the view; an absent field does not. Ranges are inclusive at both ends. */
export const sampleFilterSchema = z.object({
  splits: z.array(splitSchema).optional(),
  labels: z.array(z.number().int()).optional(),
  predicted: z.array(z.number().int()).optional(),
  agreement: z.array(agreementSchema).optional(),
  /** Faces that an evaluation protocol keeps with one of these target classes. */
  target: z.object({ protocol: z.string(), classes: z.array(z.number().int()) }).optional(),
  confidence: rangeSchema.optional(),
  voteEntropy: rangeSchema.optional(),
  voteMargin: rangeSchema.optional(),
  votesTotal: rangeSchema.optional(),
  /** Measures of the run by their names. */
  measures: z.record(measureNameSchema, rangeSchema).optional(),
  text: z.string().max(200).optional(),
  /** These faces alone, as a selection is kept. */
  ids: z.array(idSchema).max(100_000).optional(),
});
export type SampleFilter = z.infer<typeof sampleFilterSchema>;

const columnSortSchema = z.enum([
  'imported',
  'key',
  'label',
  'predicted',
  'confidence',
  'voteEntropy',
  'voteMargin',
  'votesTotal',
]);
export type ColumnSort = z.infer<typeof columnSortSchema>;
export const SAMPLE_SORTS = columnSortSchema.options;
/** By a measure of the run: `measure.` and its name. */
export const measureSortSchema = z.templateLiteral(['measure.', measureNameSchema]);
export type MeasureSort = z.infer<typeof measureSortSchema>;
export const sampleSortSchema = z.union([columnSortSchema, measureSortSchema]);
export type SampleSort = z.infer<typeof sampleSortSchema>;

/** What the grid shows: a dataset, the run beside it (or none), a filter and an order. */
export const viewQuerySchema = z.object({
  datasetId: idSchema,
  runId: idSchema.nullable(),
  filter: sampleFilterSchema,
  sort: sampleSortSchema,
  descending: z.boolean(),
});
export type ViewQuery = z.infer<typeof viewQuerySchema>;

/** Equal-width histogram over [from, to]; the last bin includes `to`. */
export const histogramSchema = z.object({ from: z.number(), to: z.number(), counts: z.array(z.number().int()) });
export type Histogram = z.infer<typeof histogramSchema>;

/** Live counts: each facet is counted with every filter applied except its own. */
export const facetsSchema = z.object({
  total: z.number().int(),
  all: z.number().int(),
  splits: z.record(splitSchema, z.number().int()),
  labels: z.array(z.number().int()),
  predicted: z.array(z.number().int()),
  agreement: z.record(agreementSchema, z.number().int()),
  confidence: histogramSchema,
  voteEntropy: histogramSchema,
  voteMargin: histogramSchema,
  votesTotal: histogramSchema,
  /** Of the measures that were asked for; empty without a run. */
  measures: z.record(measureNameSchema, histogramSchema),
});
export type Facets = z.infer<typeof facetsSchema>;

export const JOB_STATUSES = ['queued', 'running', 'done', 'failed', 'cancelled', 'interrupted'] as const;
export const jobStatusSchema = z.enum(JOB_STATUSES);
export type JobStatus = z.infer<typeof jobStatusSchema>;

/** `rate` is faces a second over the job so far, `secondsLeft` the estimate from it. */
export const jobProgressSchema = z.object({
  phase: z.string(),
  done: z.number().int(),
  total: z.number().int().nullable(),
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

export const jobSchema = z.object({
  id: idSchema,
  kind: z.string(),
  title: z.string(),
  status: jobStatusSchema,
  progress: jobProgressSchema,
  provider: z.string().nullable(),
  datasetId: idSchema.nullable(),
  runId: idSchema.nullable(),
  result: z.unknown(),
  error: errorRecordSchema.nullable(),
  resumable: z.boolean(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
});
export type Job = z.infer<typeof jobSchema>;

export const PROVIDER_NAMES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export const providerNameSchema = z.enum(PROVIDER_NAMES);
export type ProviderName = z.infer<typeof providerNameSchema>;
export const providerChoiceSchema = z.enum(['auto', ...PROVIDER_NAMES]);
export type ProviderChoice = z.infer<typeof providerChoiceSchema>;

/** The outcome of probing one provider alone: the greatest difference from the CPU's numbers on a small graph. */
export const providerReportSchema = z.object({
  name: providerNameSchema,
  usable: z.boolean(),
  reason: z.string(),
  maxDifference: z.number().nullable(),
  milliseconds: z.number().nullable(),
});
export type ProviderReport = z.infer<typeof providerReportSchema>;
