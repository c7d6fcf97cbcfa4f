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

/** TensorFlow.js as the tfjs trainer finds it; without its native package it trains on, slowly. */
export const tensorflowReportSchema = z.object({
  native: z.boolean(),
  backend: z.string(),
  version: z.string(),
  /** The package or path that it comes from. */
  source: z.string(),
  /** Why the native package is not in use, and how to have it; empty where it is. */
  reason: z.string(),
  remedy: z.string(),
});
export type TensorflowReport = z.infer<typeof tensorflowReportSchema>;

export type Settings = z.infer<typeof settingsSchema>;

export const system = {
  info: base.output(systemInfoSchema),
  providers: base.input(z.object({ again: z.boolean() })).output(z.array(providerReportSchema)),
  tensorflow: base.output(tensorflowReportSchema),
  settings: base.output(settingsSchema),
  saveSettings: base.input(settingsSchema.partial()).output(settingsSchema),
};
