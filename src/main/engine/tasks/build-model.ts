import { z } from 'zod';
import { modelBuildSchema } from '../../../shared/contract/model-folders.ts';
import { buildModel } from '../models/build.ts';
import { checked } from './task.ts';

/** Builds a model into an empty folder. */
export const buildModelTask = checked({
  name: 'build-model',
  input: z.object({ folder: z.string(), order: modelBuildSchema }),
  perform: ({ folder, order }) => buildModel(folder, order),
});
