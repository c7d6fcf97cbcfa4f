import { z } from 'zod';
import { providerNameSchema } from '../../../shared/entities.ts';
import { trainConfigSchema } from '../../../shared/train-config.ts';
import { trainingStartSchema } from '../training/run/start.ts';
import { warmUp } from '../training/run/warm-up.ts';
import { findTrainer } from '../training/trainers.ts';
import { checked } from './task.ts';

/** Times a few steps of a run that is not begun, in a process that it may fill with memory. */
export const warmUpTask = checked({
  name: 'warm-up',
  input: z.object({ config: trainConfigSchema, start: trainingStartSchema, provider: providerNameSchema }),
  perform: async ({ config, start, provider }) => {
    const { create } = await findTrainer(config.trainer).prepare();
    return warmUp({ config, start }, { provider, create });
  },
});
