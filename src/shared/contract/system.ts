import { z } from 'zod';
import { idSchema, providerChoiceSchema, providerReportSchema } from '../entities.ts';
import { base } from './base.ts';

export const systemInfoSchema = z.object({
  version: z.string(),
  host: z.enum(['electron', 'server', 'cli']),
  node: z.string(),
  platform: z.string(),
  onnxruntime: z.string(),
  sqlite: z.string(),
  library: z.object({
    file: z.string(),
    bytes: z.number(),
    schemaVersion: z.number().int(),
    datasets: z.number().int(),
    samples: z.number().int(),
    healthy: z.boolean(),
    problems: z.array(z.string()),
  }),
});
export type SystemInfo = z.infer<typeof systemInfoSchema>;

export const settingsSchema = z.object({
  provider: providerChoiceSchema,
  /** Who labels at this library; null until somebody is chosen. */
  annotatorId: idSchema.nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const system = {
  info: base.output(systemInfoSchema),
  providers: base.input(z.object({ again: z.boolean() })).output(z.array(providerReportSchema)),
  settings: base.output(settingsSchema),
  saveSettings: base.input(settingsSchema.partial()).output(settingsSchema),
};
