import { z } from 'zod';
import { idSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';

/** Faces with their label and a run's prediction, over the dataset's emotions; flat lists have C numbers a face. */
export const whatIfFacesSchema = z.object({
  dataset: z.string(),
  model: z.string(),
  classes: z.array(z.string()),
  ids: z.array(idSchema),
  keys: z.array(z.string()),
  /** The label that stands: an annotator's, or else the crowd's first choice. */
  labels: z.array(z.number().int()),
  votes: z.array(z.number().int()),
  probabilities: z.array(z.number()),
  /** How many faces there are in all, of which `limit` were taken evenly. */
  of: z.number().int(),
  /** Faces asked for by name that have no emotion for a label, or no prediction. */
  leftOut: z.number().int(),
});
export type WhatIfFaces = z.infer<typeof whatIfFacesSchema>;

export const whatIf = {
  /** What a prior is tried on: these faces, or those that a run predicted of a split. */
  faces: base
    .input(
      z.object({
        runId: idSchema,
        split: splitSchema.nullable().default(null),
        sampleIds: z.array(idSchema).max(5000).nullable().default(null),
        limit: z.number().int().min(1).max(5000).default(4000),
      }),
    )
    .output(whatIfFacesSchema),
};
