import type { Sampler } from './sampler.ts';

/** Every face once an epoch. */
export const shuffled = {
  name: 'shuffled',
  describe: 'every face once an epoch',
  weights: (faces) => new Float64Array(faces.length).fill(1),
} as const satisfies Sampler;
