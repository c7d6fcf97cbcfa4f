import { basename } from 'node:path';
import { z } from 'zod';
import { modelSpecSchema } from '../../../shared/model-spec.ts';
import { graphOfModel } from '../models/runnable.ts';
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
    /** Of a model that is kept as weights alone. */
    spec: modelSpecSchema.pick({ network: true, input: true }).optional(),
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
      : summariseGraph(graphIn(target), basename(target.file), target.shapes, trace),
});

const graphIn = ({ file, spec }: Extract<InspectionTarget, { kind: 'file' }>) =>
  spec === undefined ? readModel(file) : graphOfModel(file, spec);
