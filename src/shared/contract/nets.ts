import { z } from 'zod';
import { providerNameSchema } from '../entities.ts';
import { tensorInfoSchema } from '../model-spec.ts';
import { base } from './base.ts';

/** A named network: what it takes and how large it is with `classes` outputs. */
export const variantSummarySchema = z.object({
  name: z.string(),
  kind: z.string(),
  input: z.tuple([z.number().int(), z.number().int(), z.number().int()]),
  classes: z.number().int(),
  parameters: z.number().int(),
  multiplyAdds: z.number(),
});
export type VariantSummary = z.infer<typeof variantSummarySchema>;

/** One op of a graph, by how often it is used; `multiplyAdds` of one item where it is a product or convolution. */
export const opSummarySchema = z.object({
  op: z.string(),
  nodes: z.number().int(),
  multiplyAdds: z.number(),
  known: z.boolean(),
  differentiable: z.boolean(),
});

export const netSummarySchema = z.object({
  name: z.string(),
  opset: z.number().int(),
  producer: z.string(),
  inputs: z.array(tensorInfoSchema),
  outputs: z.array(tensorInfoSchema),
  nodes: z.number().int(),
  parameters: z.number().int(),
  /** Of one item; a product and a sum count as one. Twice this number are the FLOPs. */
  multiplyAdds: z.number(),
  ops: z.array(opSummarySchema),
  /** Values whose shape is not known even for a batch of one. */
  unknownShapes: z.number().int(),
});
export type NetSummary = z.infer<typeof netSummarySchema>;

export const caseReportSchema = z.object({
  file: z.string(),
  provider: providerNameSchema,
  seconds: z.number(),
  tensors: z.array(tensorInfoSchema),
});
export type CaseReport = z.infer<typeof caseReportSchema>;

export const nets = {
  variants: base.output(z.array(variantSummarySchema)),
  inspect: base.input(z.object({ target: z.string().min(1) })).output(netSummarySchema),
  runCase: base
    .input(
      z.object({
        folder: z.string().min(1),
        name: z.string().min(1),
        out: z.string().min(1),
        provider: providerNameSchema,
      }),
    )
    .output(caseReportSchema),
};
