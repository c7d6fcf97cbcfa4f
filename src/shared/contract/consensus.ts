import { z } from 'zod';
import { idSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';
import { labelVersionNameSchema, labelVersionSchema } from './label-versions.ts';

export const consensusMethodSchema = z.object({
  name: z.string(),
  label: z.string(),
  explanation: z.string(),
  /** Whether it takes anonymous counts, or needs to know who said what. */
  source: z.enum(['counts', 'annotators']),
  usesModel: z.boolean(),
});
export type ConsensusMethodEntry = z.infer<typeof consensusMethodSchema>;

const requestSchema = z.object({
  datasetId: idSchema,
  method: z.string(),
  /** Whose probabilities a method takes that uses a model; null for the dataset's newest run. */
  runId: idSchema.nullable().default(null),
  splits: z.array(splitSchema).nullable().default(null),
});

export const consensusFaceSchema = z.object({
  sampleId: idSchema,
  key: z.string(),
  split: splitSchema,
  label: z.string(),
  quality: z.number(),
  /** The crowd's label and the current one. */
  crowd: z.string().nullable(),
  current: z.string().nullable(),
});
export type ConsensusFace = z.infer<typeof consensusFaceSchema>;

/** What a method makes of a dataset: how many faces it has a word for, and how good that is. */
export const consensusReportSchema = z.object({
  dataset: z.string(),
  method: consensusMethodSchema,
  run: z.object({ id: idSchema, modelName: z.string() }).nullable(),
  faces: z.number().int(),
  decided: z.number().int(),
  /** Decided faces whose consensus is another label than the crowd's, or than the current one. */
  notCrowd: z.number().int(),
  notCurrent: z.number().int(),
  meanQuality: z.number().nullable(),
  /** Faces by the quality of their label: twenty bins from 0 to 1. */
  qualities: z.array(z.number().int()),
  annotators: z.array(z.object({ name: z.string(), labels: z.number().int(), quality: z.number().nullable() })),
  /** The faces whose consensus is worth least. */
  lowest: z.array(consensusFaceSchema),
  problem: z.string().nullable(),
  seconds: z.number(),
});
export type ConsensusReport = z.infer<typeof consensusReportSchema>;

export const consensus = {
  methods: base.output(z.array(consensusMethodSchema)),
  compute: base
    .input(requestSchema.extend({ lowest: z.number().int().min(0).max(5000).default(100) }))
    .output(consensusReportSchema),
  /** Keeps a consensus as a label version, to be compared, restored, trained on or scored by. */
  save: base
    .input(requestSchema.extend({ name: labelVersionNameSchema, note: z.string().max(4000).default('') }))
    .output(z.object({ version: labelVersionSchema, report: consensusReportSchema })),
};
