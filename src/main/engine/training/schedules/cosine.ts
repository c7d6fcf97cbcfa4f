import type { Schedule } from './schedule.ts';

/** Half a cosine (Loshchilov & Hutter 2017, without restarts). */
export const cosine: Schedule = {
  name: 'cosine',
  describe: 'falls slowly, then fast, then slowly',
  factor: ({ share }, { floor }) => floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * share)),
};
