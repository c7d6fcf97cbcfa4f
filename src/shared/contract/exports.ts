import { z } from 'zod';
import { idSchema, jobSchema, splitSchema } from '../entities.ts';
import { modelSpecSchema } from '../model-spec.ts';
import { base } from './base.ts';

/** What is exported: a model of the library, or what a training run made. */
export const exportSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('model'), modelId: idSchema }),
  z.object({ kind: z.literal('training'), trainingId: idSchema, weights: z.enum(['best', 'last']) }),
]);
export type ExportSource = z.infer<typeof exportSourceSchema>;

/** `onnx`: one file that anyone can run, with its card; `folder`: manifest, weights and card, as models are shipped. */
export const exportFormatSchema = z.enum(['onnx', 'folder']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** What a pixel is: a byte from 0 to 255, or a number from 0 to 1. */
export const exportInputSchema = z.enum(['uint8', 'float32']);

/** The faces by which the written model is compared with the trained one. */
export const exportFacesSchema = z.object({
  datasetId: idSchema,
  split: splitSchema,
  faces: z.number().int().min(1).max(1024),
});

export const exportOrderSchema = z.object({
  source: exportSourceSchema,
  /** A folder, or for the format `onnx` a file that ends in .onnx. Left out: a folder of the name beside the library. */
  out: z.string().min(1).optional(),
  /** Left out: the model's, or the run's. */
  name: modelSpecSchema.shape.name.optional(),
  format: exportFormatSchema.default('onnx'),
  /** Also a file for each of super-resolution, spatial transformer, resizer, backbone and head, as far as it has them. */
  stages: z.boolean().default(false),
  /** Also the weights as safetensors; the format `folder` always has them. */
  weights: z.boolean().default(false),
  /** Matrices and kernels stored as float16 and cast inside; inputs, outputs and sums stay float32. */
  half: z.boolean().default(false),
  /** Left out: uint8, and for another tool's model what it takes. */
  input: exportInputSchema.optional(),
  /** Of models that were built here; another tool's keeps its own. */
  opset: z.number().int().min(17).max(20).default(17),
  /** Null: the run's validation faces where they are in the library, else pixels drawn from a seed. */
  check: exportFacesSchema.nullable().default(null),
  /** The greatest difference of a probability; null: 1e-4, and 0.02 with `half`. Beyond it nothing is written. */
  tolerance: z.number().positive().nullable().default(null),
  licence: z.string().optional(),
  /** Splits that the exported model is measured on for its card, by majority; the first one's figures are its own. */
  measure: z
    .array(z.object({ datasetId: idSchema, split: splitSchema }))
    .max(4)
    .default([]),
  /** Replace files of the same names. */
  force: z.boolean().default(false),
});
export type ExportOrder = z.infer<typeof exportOrderSchema>;
/** An order with what is left out left out. */
export type ExportOrderInput = z.input<typeof exportOrderSchema>;

export const exportedFileSchema = z.object({
  /** Its path from `folder`. */
  name: z.string(),
  path: z.string(),
  role: z.enum(['model', 'stage', 'weights', 'manifest', 'card']),
  bytes: z.number().int(),
  sha256: z.string(),
});
export type ExportedFile = z.infer<typeof exportedFileSchema>;

/** What the written files said of a batch beside the trained model; both ran in ONNX Runtime on the CPU. */
export const exportCheckSchema = z.object({
  faces: z.number().int(),
  /** Where the faces are from; null: their pixels were drawn from a seed. */
  dataset: z.string().nullable(),
  split: splitSchema.nullable(),
  /** The greatest difference of any probability, which is at most `tolerance`. */
  maxDifference: z.number(),
  tolerance: z.number(),
  /** The greatest difference of each output, by its name. */
  outputs: z.array(z.object({ name: z.string(), maxDifference: z.number() })),
  /** Faces whose most probable class is another one. */
  changed: z.number().int(),
  /** The greatest difference of any probability when the stages are run one after another; null without them. */
  stages: z.number().nullable(),
});
export type ExportCheck = z.infer<typeof exportCheckSchema>;

/** What the exported model came to on a split; ratios are in [0, 1], null where there is nothing under them. */
export const exportFiguresSchema = z.object({
  dataset: z.string(),
  split: splitSchema,
  protocol: z.string(),
  votesFiles: z.array(z.string()),
  faces: z.number().int(),
  accuracy: z.number().nullable(),
  macroF1: z.number().nullable(),
  ece: z.number().nullable(),
  recall: z.array(z.object({ name: z.string(), recall: z.number().nullable() })),
});
export type ExportFigures = z.infer<typeof exportFiguresSchema>;

/** The result of a finished job of the kind `export`. */
export const exportResultSchema = z.object({
  name: z.string(),
  format: exportFormatSchema,
  folder: z.string(),
  files: z.array(exportedFileSchema),
  check: exportCheckSchema,
  /** As `check.maxDifference`. */
  maxDifference: z.number(),
  /** On each split of `measure`. */
  measured: z.array(exportFiguresSchema),
  /** The model card, Markdown. */
  card: z.string(),
  /** How to run it from other programs, as in the card. */
  usage: z.object({ python: z.string(), javascript: z.string() }),
  opset: z.number().int(),
  parameters: z.number().int(),
  seconds: z.number(),
});
export type ExportResult = z.infer<typeof exportResultSchema>;

/** What can be exported of a source, for a dialog to begin with. */
export const exportPlanSchema = z.object({
  name: z.string(),
  /** The folder that is taken where none is named. */
  out: z.string(),
  /** The stages that it can be parted into; none where it cannot. */
  stages: z.array(z.string()),
  /** Whether it was built here; another tool's model keeps its operator set and cannot be a `folder`. */
  builtHere: z.boolean(),
  /** Whether a batch of any size can be run at once. */
  dynamicBatch: z.boolean(),
  input: exportInputSchema,
  classes: z.array(z.string()),
  parameters: z.number().int(),
  /** Bytes of the weights, roughly those of the file. */
  bytes: z.object({ float32: z.number().int(), half: z.number().int() }),
  /** The faces that are compared by where none are named; null: drawn pixels. */
  check: exportFacesSchema.extend({ dataset: z.string() }).nullable(),
});
export type ExportPlan = z.infer<typeof exportPlanSchema>;

export const exports = {
  plan: base.input(exportSourceSchema).output(exportPlanSchema),
  /** Throws CONFLICT where files stand that may not be replaced. The job's result is an `ExportResult`. */
  start: base.input(exportOrderSchema).output(jobSchema),
};
