import type { Schedule } from './schedule.ts';

/** The paper's: ×0.25 every ten epochs. */
export const step: Schedule = {
  name: 'step',
  describe: 'falls by a factor every few epochs',
  factor: ({ epoch }, { everyEpochs, factor }) => factor ** Math.floor(epoch / everyEpochs),
};
