import { z } from 'zod';
import { providerNameSchema } from '../entities.ts';
import { tensorInfoSchema } from '../model-spec.ts';
import { base } from './base.ts';

/** Work of one face or one item: a product with its sum is one multiply-add and two floating-point operations. */
const costSchema = z.object({ multiplyAdds: z.number(), flops: z.number() });

/** A named network: what it takes and how large it is with `classes` outputs. */
export const variantSummarySchema = costSchema.extend({
  name: z.string(),
  kind: z.string(),
  input: z.tuple([z.number().int(), z.number().int(), z.number().int()]),
  classes: z.number().int(),
  parameters: z.number().int(),
});
export type VariantSummary = z.infer<typeof variantSummarySchema>;

/** One op of a graph: how often it is used, what it costs where it is a product or a convolution, what is known of it. */
export const opSummarySchema = costSchema.extend({
  op: z.string(),
  nodes: z.number().int(),
  known: z.boolean(),
  differentiable: z.boolean(),
});

/** One node of a graph with the tensors that it computes, for a batch of one; a shape that is not known is null. */
export const nodeSummarySchema = z.object({
  op: z.string(),
  name: z.string(),
  outputs: z.array(
    z.object({ name: z.string(), dtype: z.string().nullable(), shape: tensorInfoSchema.shape.shape.nullable() }),
  ),
});

export const netSummarySchema = costSchema.extend({
  name: z.string(),
  opset: z.number().int(),
  producer: z.string(),
  inputs: z.array(tensorInfoSchema),
  outputs: z.array(tensorInfoSchema),
  /** Weights: numbers in floating-point tensors of more than one element. */
  parameters: z.number().int(),
  nodes: z.number().int(),
  ops: z.array(opSummarySchema),
  /** Tensors whose shape is not known even for a batch of one. */
  unknownShapes: z.number().int(),
  /** Why the outputs cannot be differentiated in the input; null where they can. */
  gradientObstacle: z.string().nullable(),
  /** Every node that is left when all that is known beforehand is computed; only where it was asked for. */
  trace: z.array(nodeSummarySchema).nullable(),
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
  inspect: base.input(z.object({ target: z.string().min(1), trace: z.boolean() })).output(netSummarySchema),
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
