import { z } from 'zod';
import { modelSchema, modelSpecSchema } from '../model-spec.ts';

const channelValues = z.array(z.number()).length(3);

/** Where a new model's folder goes, and whether the library takes the model up. */
const placeSchema = z.object({
  /** The folder to write; it must be new or empty. */
  out: z.string().min(1),
  /** Write into a folder that holds files: those of the same names are replaced, others stay. */
  force: z.boolean(),
  add: z.boolean(),
});

/** What a classifier is put together from. What is left out is the named network's, or the usual. */
export const classifierChoiceSchema = z.object({
  /** A named network: a backbone, or a whole pipeline. */
  backbone: z.string().min(1),
  /** Side of the square face in pixels. */
  input: z.number().int().min(1).max(4096).optional(),
  channels: z.union([z.literal(1), z.literal(3)]).optional(),
  mean: channelValues.optional(),
  std: channelValues.optional(),
  sr: z.object({ kind: z.string().min(1), scale: z.number().int().min(1).max(16).optional() }).optional(),
  stn: z.boolean().optional(),
  resizer: z
    .object({ n: z.number().int().min(1).max(1024).optional(), r: z.number().int().min(0).max(64).optional() })
    .optional(),
  head: z.enum(['plain', 'paper']).optional(),
  classes: modelSpecSchema.shape.classes,
});
export type ClassifierChoice = z.infer<typeof classifierChoiceSchema>;

/** Where a classifier's weights come from; what no file holds is drawn from the seed. */
export const weightSourcesSchema = z.object({
  weights: z.string().nullable(),
  /** Of the super-resolution alone. */
  srWeights: z.string().nullable(),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  reinitialiseHead: z.boolean(),
  allowPartial: z.boolean(),
});
export type WeightSources = z.infer<typeof weightSourcesSchema>;

export const modelBuildSchema = placeSchema.extend({
  choice: classifierChoiceSchema,
  sources: weightSourcesSchema,
  opset: z.number().int().min(17).max(20).optional(),
  ...modelSpecSchema.pick({ name: true, licence: true, source: true, trainedOn: true }).shape,
});
export type ModelBuild = z.infer<typeof modelBuildSchema>;

/** How one file of weights and the network fitted; `table` has a row for each tensor that only one of them has. */
export const weightsReportSchema = z.object({
  file: z.string(),
  matched: z.number().int(),
  missing: z.array(z.string()),
  unexpected: z.array(z.string()),
  misshaped: z.array(z.string()),
  reinitialised: z.array(z.string()),
  table: z.array(z.array(z.string())),
});
export type WeightsReport = z.infer<typeof weightsReportSchema>;

const placedSchema = z.object({
  folder: z.string(),
  files: z.array(z.string()),
  /** The model as the library has it; null where it was not to be added. */
  model: modelSchema.nullable(),
});

export const buildReportSchema = z.object({
  parameters: z.number().int(),
  weights: z.array(weightsReportSchema),
  /** The tensors that no file gave, drawn from the seed. */
  drawn: z.array(z.string()),
});
export type BuildReport = z.infer<typeof buildReportSchema>;
export const builtModelSchema = placedSchema.extend(buildReportSchema.shape);
export type BuiltModel = z.infer<typeof builtModelSchema>;

export const onnxImportSchema = placeSchema.extend({
  file: z.string().min(1),
  manifest: z.string().nullable(),
  name: modelSpecSchema.shape.name,
  /** What is stated over the manifest and the file, besides the name. */
  spec: modelSpecSchema.omit({ name: true }).partial(),
  /** Left out, the folder is one of the model's name beside the library. */
  out: placeSchema.shape.out.optional(),
});
export type OnnxImport = z.infer<typeof onnxImportSchema>;

export const onnxImportReportSchema = z.object({
  /** Ops that are only passed through, with how often they are used. */
  unknownOps: z.array(z.object({ op: z.string(), nodes: z.number().int() })),
  /** Why the outputs cannot be differentiated in the input; null where they can. */
  gradientObstacle: z.string().nullable(),
  /** The largest difference of an output between the file as it came and as it was written again. */
  difference: z.number(),
  /** How many random faces were compared. */
  compared: z.number().int(),
});
export type OnnxImportReport = z.infer<typeof onnxImportReportSchema>;
export const importedModelSchema = placedSchema.extend(onnxImportReportSchema.shape);
export type ImportedModel = z.infer<typeof importedModelSchema>;
