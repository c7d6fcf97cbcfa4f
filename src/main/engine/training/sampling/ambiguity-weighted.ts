import type { Sampler } from './sampler.ts';

/** A face has the weight 1 + emphasis · vote entropy: with an emphasis below zero, ambiguous faces come less often. */
export const ambiguityWeighted = {
  name: 'ambiguity-weighted',
  describe: 'faces that the crowd disagrees on more often',
  weights: (faces, { emphasis }) => Float64Array.from(faces, ({ ambiguity }) => 1 + emphasis * ambiguity),
} as const satisfies Sampler;
