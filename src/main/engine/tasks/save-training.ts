import { saveTraining, saveTrainingSchema } from '../models/save-training.ts';
import { checked } from './task.ts';

/** Writes a run's weights as a model into an empty folder. */
export const saveTrainingTask = checked({
  name: 'save-training',
  input: saveTrainingSchema,
  perform: async (order) => {
    await saveTraining(order);
    return {};
  },
});
