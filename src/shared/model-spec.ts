import { z } from 'zod';

/**
 * How pixels become the model's input: value = (byte · scale − mean[c]) / std[c], channels in `colour` order.
 * `width` and `height` are the size the graph takes; faces of another size are resized bilinearly.
 */
export const modelInputSchema = z.object({
  name: z.string().min(1),
  dtype: z.enum(['uint8', 'float32']),
  layout: z.enum(['NCHW', 'NHWC']),
  width: z.number().int().min(1).max(4096),
  height: z.number().int().min(1).max(4096),
  colour: z.enum(['grey', 'rgb', 'bgr']),
  channels: z.union([z.literal(1), z.literal(3)]),
  scale: z.number().positive(),
  mean: z.array(z.number()).min(1).max(3),
  std: z.array(z.number().positive()).min(1).max(3),
});
export type ModelInput = z.infer<typeof modelInputSchema>;

/** Names of the graph's outputs by what they mean; at least one of probabilities and logits is present. */
export const modelOutputsSchema = z
  .object({
    probabilities: z.string().min(1).optional(),
    logits: z.string().min(1).optional(),
    embedding: z.string().min(1).optional(),
  })
  .refine((outputs) => outputs.probabilities !== undefined || outputs.logits !== undefined, {
    message: 'A classifier needs an output that holds probabilities or logits.',
  });
export type ModelOutputs = z.infer<typeof modelOutputsSchema>;

export const modelMetricsSchema = z.object({
  split: z.string(),
  protocol: z.string(),
  faces: z.number().int(),
  accuracy: z.number(),
  macroF1: z.number(),
  /** Expected calibration error of 15 bins; older manifests do not state it. */
  ece: z.number().nullable().optional(),
  /** The dataset and the files of its votes, where the figures were measured here. */
  dataset: z.string().optional(),
  votesFiles: z.array(z.string()).optional(),
});

/** What a model was trained on and how, so that its card and its file can say so and the run can be made again. */
export const modelTrainingSchema = z.object({
  dataset: z.string(),
  splits: z.array(z.string()),
  /** The files that the votes were read from. */
  votesFiles: z.array(z.string()),
  protocol: z.string(),
  /** Faces trained on. */
  faces: z.number().int(),
  epochs: z.number().int(),
  steps: z.number().int(),
  seconds: z.number(),
  provider: z.string(),
  basedOn: z.string(),
  /** The class prior of the loss: row k is what the crowd says of faces of class k; null where the loss has none. */
  prior: z.object({ classes: z.array(z.string()), rows: z.array(z.array(z.number())) }).nullable(),
  /** The whole settings: `train --config` takes them. */
  config: z.record(z.string(), z.unknown()),
});
export type ModelTraining = z.infer<typeof modelTrainingSchema>;

/** The network that a model was built from here, so that it can be built again to be trained. */
export const modelNetworkSchema = z.object({
  kind: z.string().min(1),
  config: z.record(z.string(), z.unknown()),
  /** The file of its weights, beside the model's. */
  weights: z.string().min(1),
});
export type ModelNetwork = z.infer<typeof modelNetworkSchema>;

/** All the engine needs to run a classifier, and what the card says of it. */
export const modelSpecSchema = z.object({
  name: z
    .string()
    .min(1)
    .max(120)
    .regex(/^[\w.@+ -]+$/, 'Letters, digits, spaces and . _ @ + - only.'),
  input: modelInputSchema,
  outputs: modelOutputsSchema,
  classes: z.array(z.string().min(1)).min(2).max(1000),
  classOverrides: z.record(z.string(), z.string()),
  licence: z.string(),
  source: z.string(),
  trainedOn: z.string(),
  pipeline: z.array(z.string()),
  metrics: modelMetricsSchema.nullable(),
  training: modelTrainingSchema.optional(),
  network: modelNetworkSchema.optional(),
});
export type ModelSpec = z.infer<typeof modelSpecSchema>;

/** One tensor of a graph's interface; a symbolic dimension keeps its name. */
export const tensorInfoSchema = z.object({
  name: z.string(),
  dtype: z.string(),
  shape: z.array(z.union([z.number().int(), z.string()])),
});
export type TensorInfo = z.infer<typeof tensorInfoSchema>;

/** What the file itself says, read without running it. */
export const graphSummarySchema = z.object({
  opset: z.number().int(),
  producer: z.string(),
  nodes: z.number().int(),
  parameters: z.number().int(),
  inputs: z.array(tensorInfoSchema),
  outputs: z.array(tensorInfoSchema),
  metadata: z.record(z.string(), z.string()),
});
export type GraphSummary = z.infer<typeof graphSummarySchema>;

export const modelSchema = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  file: z.string(),
  fileBytes: z.number().int(),
  sha256: z.string(),
  shipped: z.boolean(),
  available: z.boolean(),
  spec: modelSpecSchema,
  graph: graphSummarySchema,
  runs: z.number().int(),
  addedAt: z.number(),
});
export type Model = z.infer<typeof modelSchema>;

/** A spec guessed from a file and its manifest; `guessed` names the fields nobody stated, `missing` those nobody could. */
export const modelGuessSchema = z.object({
  file: z.string(),
  manifestFile: z.string().nullable(),
  spec: modelSpecSchema.partial(),
  guessed: z.array(z.string()),
  missing: z.array(z.string()),
  graph: graphSummarySchema,
});
export type ModelGuess = z.infer<typeof modelGuessSchema>;
