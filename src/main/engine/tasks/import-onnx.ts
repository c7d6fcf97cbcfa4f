import { z } from 'zod';
import { modelSpecSchema } from '../../../shared/model-spec.ts';
import { importOnnx } from '../models/import-onnx.ts';
import { checked } from './task.ts';

/** Writes another tool's model again, into an empty folder. */
export const importOnnxTask = checked({
  name: 'import-onnx',
  input: z.object({
    folder: z.string(),
    file: z.string(),
    manifest: z.string().nullable(),
    overrides: modelSpecSchema.partial(),
  }),
  perform: ({ folder, file, manifest, overrides }) => importOnnx(folder, file, manifest, overrides),
});
