import { z } from 'zod';
import { idSchema, jobSchema } from '../entities.ts';
import { base } from './base.ts';
import { annotatorNameSchema } from './labels.ts';

const choiceSchema = z.object({ name: z.string(), label: z.string(), explanation: z.string() });

export const labelExportRequestSchema = z.object({
  datasetId: idSchema,
  format: z.string(),
  /** The file or folder to write, on the backend's machine. */
  out: z.string().min(1),
  /** Which votes stand in the columns that FERPlus's tools read; the others stand behind them. */
  votes: z.enum(['original', 'relabelled']).default('original'),
  /** Put before a face's name where Label Studio should find its image. */
  imagePrefix: z.string().max(500).default(''),
  force: z.boolean().default(false),
});
export type LabelExportRequest = z.infer<typeof labelExportRequestSchema>;

export const labelExportReportSchema = z.object({
  dataset: z.string(),
  format: z.string(),
  files: z.array(z.string()),
  faces: z.number().int(),
  leftOut: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  seconds: z.number(),
});
export type LabelExportReport = z.infer<typeof labelExportReportSchema>;

export const labelImportRequestSchema = z.object({
  datasetId: idSchema,
  file: z.string().min(1),
  /** Null: guessed from the file. */
  format: z.string().nullable().default(null),
  /** Who gave the labels of rows that do not say; null: named after the file. */
  annotator: annotatorNameSchema.nullable().default(null),
  /** What the file's class names mean: a class of the dataset, or `skip`. */
  classMap: z.record(z.string(), z.string()).default({}),
  /** What happens where an annotator here said something else: nothing at all, ours stays, or theirs comes on top. */
  conflicts: z.enum(['refuse', 'ours', 'theirs']).default('refuse'),
  /** Leave rows out that cannot be read, rather than importing nothing. */
  skipBad: z.boolean().default(false),
  /** Restore the history that stands beside a table, or is the file; without it only what each annotator said last. */
  history: z.boolean().default(true),
});
export type LabelImportRequest = z.infer<typeof labelImportRequestSchema>;

const place = z.object({ file: z.string(), line: z.number().int() });

/** A row and what it would do; labels by name, null for the crowd's where there are no votes. */
export const labelImportRowSchema = z.object({
  place,
  sampleId: idSchema,
  face: z.string(),
  before: z.string().nullable(),
  /** Whose label it is now; null for the crowd's. */
  by: z.string().nullable(),
  after: z.string().nullable(),
  annotator: z.string(),
});
export type LabelImportRow = z.infer<typeof labelImportRowSchema>;

const counted = <Item extends z.ZodType>(item: Item) => z.object({ count: z.number().int(), first: z.array(item) });

/** What an import would do, or did; the lists hold their first entries. */
export const labelImportReportSchema = z.object({
  dataset: z.string(),
  format: z.string(),
  files: z.array(z.string()),
  /** Whose labels they are. `actions` is how often each has to undo to take the rows back; 0 in a preview. */
  annotators: z.array(
    z.object({ name: z.string(), isNew: z.boolean(), labels: z.number().int(), actions: z.number().int() }),
  ),
  /** The actions of a history: those that are here already, and those that come. Null where there is none. */
  history: z.object({ known: z.number().int(), restored: z.number().int() }).nullable(),
  /** Labels that the crowd's give way to. */
  changes: counted(labelImportRowSchema),
  /** Labels where another annotator here, or the same since, said something else. */
  conflicts: counted(labelImportRowSchema),
  /** Labels that confirm the one that stands. */
  agreeing: z.number().int(),
  /** Labels that this annotator has given already. */
  known: z.number().int(),
  unlabelled: z.number().int(),
  leftOut: z.number().int(),
  unknownFaces: counted(z.object({ place, face: z.string() })),
  unknownClasses: z.array(z.object({ name: z.string(), count: z.number().int(), place })),
  bad: counted(z.object({ place, problem: z.string() })),
  /** How many events it came to; 0 in a preview. */
  events: z.number().int(),
  seconds: z.number(),
});
export type LabelImportReport = z.infer<typeof labelImportReportSchema>;

/** Labels out of the library and into it. */
export const labelFiles = {
  formats: base.output(
    z.object({ exports: z.array(choiceSchema.extend({ suffix: z.string() })), imports: z.array(choiceSchema) }),
  ),
  export: base.input(labelExportRequestSchema).output(jobSchema),
  /** What an import would do, without doing it. */
  preview: base.input(labelImportRequestSchema).output(labelImportReportSchema),
  /** Does all of an import or nothing, as a job. */
  import: base.input(labelImportRequestSchema).output(jobSchema),
};
