import { z } from 'zod';
import {
  facetsSchema,
  idSchema,
  measureNameSchema,
  sampleDetailSchema,
  sampleTileSchema,
  splitSchema,
  viewQuerySchema,
} from '../entities.ts';
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
  /** Live counts; histograms of measures only for those named. */
  facets: base
    .input(z.object({ query: viewQuerySchema, measures: z.array(measureNameSchema).max(20).default([]) }))
    .output(facetsSchema),
  locate: base
    .input(z.object({ query: viewQuerySchema, sampleId: idSchema }))
    .output(z.object({ index: z.number().int().nullable() })),
  /** The `count` faces whose embeddings in a run are nearest to this face's by cosine, which lies in [-1, 1]. */
  similar: base.input(z.object({ id: idSchema, runId: idSchema, count: z.number().int().min(1).max(200) })).output(
    z.object({
      /** How many faces of the run have an embedding; 0 where the model gives none. */
      compared: z.number().int(),
      faces: z.array(z.object({ similarity: z.number(), tile: sampleTileSchema })),
    }),
  ),
  /** The face of that key, or the only one whose path ends in it. Throws NOT_FOUND with keys that look alike, USAGE. */
  find: base
    .input(z.object({ datasetId: idSchema, key: z.string().min(1).max(1000) }))
    .output(z.object({ id: idSchema, key: z.string(), split: splitSchema })),
  get: base.input(z.object({ id: idSchema, runId: idSchema.nullable() })).output(sampleDetailSchema),
};
