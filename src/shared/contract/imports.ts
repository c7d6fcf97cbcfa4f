import { z } from 'zod';
import { classInfoSchema, jobSchema, splitSchema } from '../entities.ts';
import { base } from './base.ts';

/** What to read: files or folders on the backend's machine; `kind` null means guess. */
export const importSourceSchema = z.object({
  paths: z.array(z.string().min(1)).min(1).max(100_000),
  kind: z.string().nullable(),
  classMap: z.record(z.string(), z.string()).default({}),
});
export type ImportSource = z.infer<typeof importSourceSchema>;

/** One reason for skipping rows, how often it held, and the first rows it held for. */
export const skipSchema = z.object({
  reason: z.string(),
  explanation: z.string(),
  count: z.number().int(),
  first: z.array(z.object({ file: z.string(), line: z.number().int().nullable(), what: z.string() })),
});
export type Skip = z.infer<typeof skipSchema>;

export const importPreviewSchema = z.object({
  previewId: z.string(),
  kind: z.string(),
  kindLabel: z.string(),
  suggestedName: z.string(),
  classes: z.array(classInfoSchema),
  unmappedClasses: z.array(z.string()),
  splits: z.array(z.object({ split: splitSchema, rows: z.number().int(), images: z.number().int() })),
  classCounts: z.array(z.number().int()),
  faces: z.array(z.object({ index: z.number().int(), key: z.string(), label: z.number().int().nullable() })),
  problems: z.array(skipSchema),
  voteFiles: z.array(z.string()),
});
export type ImportPreview = z.infer<typeof importPreviewSchema>;

export const importReportSchema = z.object({
  dataset: z.string(),
  datasetId: z.number().int(),
  kind: z.string(),
  rowsRead: z.number().int(),
  imported: z.number().int(),
  alreadyPresent: z.number().int(),
  skipped: z.record(z.string(), z.number().int()),
  skips: z.array(skipSchema),
  identicalPixels: z.object({
    withinSplits: z.record(z.string(), z.number().int()),
    acrossSplits: z.record(z.string(), z.number().int()),
  }),
  splits: z.record(z.string(), z.number().int()),
  seconds: z.number(),
});
export type ImportReport = z.infer<typeof importReportSchema>;

export const imports = {
  kinds: base.output(z.array(z.object({ name: z.string(), label: z.string(), layout: z.string() }))),
  preview: base.input(importSourceSchema).output(importPreviewSchema),
  start: base.input(importSourceSchema.extend({ name: z.string().min(1).max(120) })).output(jobSchema),
  browse: base.input(z.object({ folder: z.string().nullable() })).output(
    z.object({
      folder: z.string(),
      parent: z.string().nullable(),
      entries: z.array(
        z.object({ name: z.string(), path: z.string(), folder: z.boolean(), bytes: z.number().nullable() }),
      ),
    }),
  ),
};
