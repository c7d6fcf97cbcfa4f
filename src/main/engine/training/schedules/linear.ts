import type { Schedule } from './schedule.ts';

export const linear: Schedule = {
  name: 'linear',
  describe: 'falls evenly',
  factor: ({ share }, { floor }) => 1 - (1 - floor) * share,
};
