import { z } from 'zod';
import { idSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';

/** The votes as they were imported, and the labels as they are now: versions that are always there. */
export const CROWD_LABELS = 'crowd';
export const CURRENT_LABELS = 'current';

export const labelVersionNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .refine((name) => name !== CROWD_LABELS && name !== CURRENT_LABELS, 'is the name of a version that is always there');

/** A named snapshot of a dataset's labels; `source` is what it was made of: `current`, or a consensus method. */
export const labelVersionSchema = z.object({
  id: idSchema,
  datasetId: idSchema,
  name: z.string(),
  note: z.string(),
  source: z.string(),
  annotator: z.string(),
  /** How many faces have another word in it than the crowd's votes as imported. */
  faces: z.number().int(),
  createdAt: z.number(),
});
export type LabelVersion = z.infer<typeof labelVersionSchema>;

/** A face whose label differs between two versions; labels by name, null without any. */
export const changedFaceSchema = z.object({
  sampleId: idSchema,
  key: z.string(),
  split: splitSchema,
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type ChangedFace = z.infer<typeof changedFaceSchema>;

/** `confusion[a][b]` counts the faces that are of class a in the first version and of class b in the second. */
export const labelComparisonSchema = z.object({
  dataset: z.string(),
  from: z.string(),
  to: z.string(),
  classes: z.array(z.string()),
  confusion: z.array(z.array(z.number().int())),
  /** Faces with a label in both, and those whose labels are the same. */
  both: z.number().int(),
  same: z.number().int(),
  onlyFrom: z.number().int(),
  onlyTo: z.number().int(),
  neither: z.number().int(),
  /** same / both. */
  agreement: z.number().nullable(),
  /** Cohen’s κ of the two versions as raters. */
  kappa: z.number().nullable(),
  changed: z.object({ count: z.number().int(), first: z.array(changedFaceSchema) }),
});
export type LabelComparison = z.infer<typeof labelComparisonSchema>;

/** Whose word stands in a dataset: the crowd's, each annotator's, and what they come to. */
export const labelLayersSchema = z.object({
  faces: z.number().int(),
  /** Faces that somebody voted on, and all their votes as imported. */
  voted: z.number().int(),
  votes: z.number().int(),
  /** Faces whose current label is an annotator's, and those where it differs from the crowd's. */
  relabelled: z.number().int(),
  changed: z.number().int(),
  /** Votes that annotators added or took, and faces they did so on. */
  votesMoved: z.number().int(),
  facesMoved: z.number().int(),
  events: z.number().int(),
  annotators: z.array(
    z.object({
      name: z.string(),
      labels: z.number().int(),
      /** Labels that are the crowd's too, of those where the crowd has one. */
      withCrowd: z.number().int(),
      comparable: z.number().int(),
      lastAt: z.number().nullable(),
    }),
  ),
});
export type LabelLayers = z.infer<typeof labelLayersSchema>;

const one = z.object({ datasetId: idSchema, name: z.string() });

export const labelVersions = {
  layers: base.input(z.object({ datasetId: idSchema })).output(labelLayersSchema),
  list: base.input(z.object({ datasetId: idSchema })).output(z.array(labelVersionSchema)),
  /** Names the labels as they are now. Throws CONFLICT for a taken name. */
  save: base
    .input(
      z.object({
        datasetId: idSchema,
        name: labelVersionNameSchema,
        note: z.string().max(4000).default(''),
        annotatorId: idSchema.nullable().default(null),
      }),
    )
    .output(labelVersionSchema),
  compare: base
    .input(
      z.object({ datasetId: idSchema, from: z.string(), to: z.string(), first: z.number().int().min(0).max(5000) }),
    )
    .output(labelComparisonSchema),
  /** Makes the current labels those of a version again, as one action of an annotator that can be undone. */
  restore: base
    .input(one.extend({ annotatorId: idSchema.nullable().default(null) }))
    .output(z.object({ faces: z.number().int(), events: z.number().int() })),
  remove: base.input(one).output(one),
};
