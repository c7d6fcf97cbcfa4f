import { z } from 'zod';
import { facetsSchema, idSchema, sampleDetailSchema, sampleTileSchema, viewQuerySchema } from '../entities.ts';
import { base } from './base.ts';

const page = z.object({ total: z.number().int(), offset: z.number().int(), tiles: z.array(sampleTileSchema) });

export const samples = {
  page: base
    .input(
      z.object({
        query: viewQuerySchema,
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(2000),
      }),
    )
    .output(page),
  facets: base.input(z.object({ query: viewQuerySchema })).output(facetsSchema),
  locate: base
    .input(z.object({ query: viewQuerySchema, sampleId: idSchema }))
    .output(z.object({ index: z.number().int().nullable() })),
  get: base.input(z.object({ id: idSchema, runId: idSchema.nullable() })).output(sampleDetailSchema),
};
