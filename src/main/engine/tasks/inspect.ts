import { z } from 'zod';
import { modelSpecSchema } from '../../../shared/model-spec.ts';
import { inspectModel } from '../models/inspect.ts';
import { checked } from './task.ts';

/** Guesses what a model's file needs and tries it. */
export const inspect = checked({
  name: 'inspect',
  input: z.object({ file: z.string(), manifest: z.string().nullable(), overrides: modelSpecSchema.partial() }),
  perform: ({ file, manifest, overrides }) => inspectModel(file, manifest, overrides),
});
