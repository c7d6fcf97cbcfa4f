import { z } from 'zod';
import { saveTraining } from '../models/save-training.ts';
import { trainedRunSchema } from '../models/trained-classifier.ts';
import { checked } from './task.ts';

/** Writes a run's weights as a model into an empty folder. */
export const saveTrainingTask = checked({
  name: 'save-training',
  input: z.object({ folder: z.string(), run: trainedRunSchema }),
  perform: async ({ folder, run }) => {
    await saveTraining(folder, run);
    return {};
  },
});
