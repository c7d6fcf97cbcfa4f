import type { Schedule } from './schedule.ts';

export const constant: Schedule = {
  name: 'constant',
  describe: 'the same rate throughout',
  factor: () => 1,
};
