import { z } from 'zod';
import { datasetSchema, idSchema } from '../entities.ts';
import { base } from './base.ts';

export const datasets = {
  list: base.output(z.array(datasetSchema)),
  get: base.input(z.object({ id: idSchema })).output(datasetSchema),
  find: base.input(z.object({ name: z.string() })).output(datasetSchema),
  rename: base.input(z.object({ id: idSchema, name: z.string().min(1).max(120) })).output(datasetSchema),
  remove: base.input(z.object({ id: idSchema })).output(z.object({ samples: z.number().int() })),
};
