import { z } from 'zod';
import { idSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';

const rowsSchema = z.array(z.array(z.number()).readonly()).readonly();
const namesSchema = z.array(z.string()).readonly();

export const priorSchema = z.object({ classes: namesSchema, rows: rowsSchema });

/** No @ and #, which part a name from its version, and nothing that the command line takes for a file or for its own word. */
export const priorNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^@#/\\]+$/, 'must not contain @, #, / or \\')
  .refine((name) => !name.toLowerCase().endsWith('.json'), 'must not end in .json')
  .refine((name) => name !== 'computed' && name !== 'identity', 'is what a training calls a prior of its own');

/** Where the numbers of a version came from. */
export const priorSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('preset'), preset: z.string() }),
  z.object({
    kind: z.literal('votes'),
    dataset: z.string(),
    splits: z.array(splitSchema),
    protocol: z.string(),
    labels: z.string(),
    faces: z.number().int(),
  }),
  z.object({
    kind: z.literal('confusion'),
    model: z.string(),
    run: idSchema,
    split: splitSchema,
    protocol: z.string(),
    faces: z.number().int(),
  }),
  z.object({ kind: z.literal('file'), file: z.string() }),
  z.object({ kind: z.literal('edited') }),
]);
export type PriorSource = z.infer<typeof priorSourceSchema>;

/** One state of a prior, never altered: `version` counts from 1, `parent` is the version that it was made from. */
export const priorVersionSchema = priorSchema.extend({
  id: idSchema,
  priorId: idSchema,
  name: z.string(),
  version: z.number().int(),
  parent: z.object({ id: idSchema, name: z.string(), version: z.number().int() }).nullable(),
  source: priorSourceSchema,
  author: z.string(),
  note: z.string(),
  createdAt: z.number(),
});
export type PriorVersion = z.infer<typeof priorVersionSchema>;

/** A prior of the library with its newest version. */
export const storedPriorSchema = z.object({
  id: idSchema,
  name: z.string(),
  versions: z.number().int(),
  createdAt: z.number(),
  latest: priorVersionSchema,
});
export type StoredPrior = z.infer<typeof storedPriorSchema>;

const cell = z.object({ row: z.string(), column: z.string(), from: z.number(), to: z.number() });
export const priorComparisonSchema = z.object({
  classes: namesSchema,
  differences: rowsSchema,
  largest: cell.extend({ difference: z.number() }),
  totalVariation: z.number(),
  changed: z.number().int(),
});

/** A prior with where it came from, before anybody keeps it. */
export const foundPriorSchema = z.object({ prior: priorSchema, source: priorSourceSchema });
/** What a prior was computed from: how many faces stand behind each row. */
export const computedPriorSchema = foundPriorSchema.extend({
  byClass: z.array(z.object({ name: z.string(), count: z.number().int() })),
  dropped: z.number().int(),
  /** Against the published FERPlus prior, which is `from`; null for other classes. */
  published: priorComparisonSchema.nullable(),
});
export type ComputedPrior = z.infer<typeof computedPriorSchema>;

/** A version by its prior's name; without a number the newest. */
const versionRef = z.object({ name: z.string(), version: z.number().int().min(1).nullable().default(null) });

/** JSON `{classes, rows}`, or CSV with the classes as first row and first column. */
export const priorFormatSchema = z.enum(['json', 'csv']);

export const priors = {
  list: base.output(z.array(storedPriorSchema)),
  get: base.input(versionRef).output(priorVersionSchema),
  /** All versions of a prior, newest first. */
  history: base.input(z.object({ name: z.string() })).output(z.array(priorVersionSchema)),
  /**
   * Keeps a prior under a name: a new one where `expected` is null, else the version after `expected`. Throws CONFLICT
   * where the name is taken or somebody saved another version since, USAGE naming the cell that is wrong.
   */
  save: base
    .input(
      z.object({
        name: priorNameSchema,
        expected: z.number().int().min(1).nullable(),
        prior: priorSchema,
        source: priorSourceSchema,
        parentId: idSchema.nullable().default(null),
        note: z.string().max(4000).default(''),
        annotatorId: idSchema.nullable().default(null),
      }),
    )
    .output(priorVersionSchema),
  rename: base.input(z.object({ name: z.string(), to: priorNameSchema })).output(storedPriorSchema),
  remove: base.input(z.object({ name: z.string() })).output(z.object({ versions: z.number().int() })),
  compare: base
    .input(z.object({ from: versionRef, to: versionRef }))
    .output(z.object({ from: priorVersionSchema, to: priorVersionSchema, comparison: priorComparisonSchema })),
  presets: base.output(
    z.array(z.object({ name: z.string(), label: z.string(), describe: z.string(), takesShare: z.boolean() })),
  ),
  preset: base
    .input(
      z.object({
        preset: z.string(),
        classes: z.array(z.string()).min(1),
        share: z.number().min(0).max(1).default(0.1),
      }),
    )
    .output(foundPriorSchema),
  /** The prior of a dataset's votes under a protocol and a label version: row k, the mean votes on the faces of k. */
  compute: base
    .input(
      z.object({
        datasetId: idSchema,
        splits: z.array(splitSchema).min(1),
        protocol: z.string().default('majority'),
        labels: z.string().default('current'),
      }),
    )
    .output(computedPriorSchema),
  /** A run's own confusion under a protocol, each row divided by its sum, over the dataset's emotions. */
  confusion: base
    .input(z.object({ runId: idSchema, split: splitSchema, protocol: z.string().default('majority') }))
    .output(foundPriorSchema),
  /** A file's text read as a prior, not kept. Throws IMPORT naming line and cell, USAGE naming the cell. */
  read: base.input(z.object({ file: z.string().min(1), text: z.string().max(4_000_000) })).output(foundPriorSchema),
  /** A prior as the text of a file. */
  write: base
    .input(z.object({ prior: priorSchema, format: priorFormatSchema }))
    .output(z.object({ text: z.string(), mediaType: z.string() })),
};
