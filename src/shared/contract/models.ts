import { z } from 'zod';
import { idSchema } from '../entities.ts';
import { modelGuessSchema, modelSchema, modelSpecSchema } from '../model-spec.ts';
import { base } from './base.ts';
import { builtModelSchema, importedModelSchema, modelBuildSchema, onnxImportSchema } from './model-folders.ts';

export const models = {
  list: base.output(z.array(modelSchema)),
  find: base.input(z.object({ name: z.string() })).output(modelSchema),
  inspect: base.input(z.object({ file: z.string().min(1), manifest: z.string().nullable() })).output(modelGuessSchema),
  add: base
    .input(z.object({ file: z.string().min(1), manifest: z.string().nullable(), spec: modelSpecSchema.partial() }))
    .output(modelSchema),
  build: base.input(modelBuildSchema).output(builtModelSchema),
  importOnnx: base.input(onnxImportSchema).output(importedModelSchema),
  remove: base.input(z.object({ id: idSchema })).output(z.object({ runs: z.number().int() })),
  mapping: base.input(z.object({ modelId: idSchema, datasetId: idSchema })).output(
    z.object({
      pairs: z.array(z.object({ model: z.string(), dataset: z.string().nullable() })),
      missingInModel: z.array(z.string()),
      usable: z.boolean(),
    }),
  ),
};
