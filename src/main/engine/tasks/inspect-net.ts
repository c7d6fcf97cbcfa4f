import { basename } from 'node:path';
import { z } from 'zod';
import { summariseGraph, summariseVariantGraph } from '../nets/net-summary.ts';
import { findVariant } from '../nets/variants.ts';
import { readModel } from '../onnx/format/model-file.ts';
import { checked } from './task.ts';

const target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('variant'), name: z.string() }),
  z.object({
    kind: z.literal('file'),
    file: z.string(),
    shapes: z.record(z.string(), z.array(z.number().int().positive())),
  }),
]);
export type InspectionTarget = z.infer<typeof target>;

/** Looks into a named network or an ONNX file. */
export const inspectNet = checked({
  name: 'inspect-net',
  input: z.object({ target, trace: z.boolean() }),
  perform: async ({ target, trace }) =>
    target.kind === 'variant'
      ? summariseVariantGraph(findVariant(target.name), trace)
      : summariseGraph(readModel(target.file), basename(target.file), target.shapes, trace),
});
