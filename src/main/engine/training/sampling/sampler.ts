import type { TrainingFace } from '../targets.ts';

/** What a sampler sees of a face. */
export type SampledFace = Pick<TrainingFace, 'label' | 'ambiguity'>;

export interface SamplingSettings {
  /** How far classes are evened out: 0 as they are, 1 all alike often. */
  readonly balance: number;
  /** How much more often a wholly ambiguous face comes than a clear one, beside once; -1 leaves it out. */
  readonly emphasis: number;
}

export const SAMPLING_DEFAULTS: SamplingSettings = { balance: 1, emphasis: 3 };

/** Decides how often each face is met in an epoch. A new one is a file and a line in index.ts. */
export interface Sampler {
  readonly name: string;
  readonly describe: string;
  /** One weight a face, not negative; faces are met in proportion to them. */
  readonly weights: (faces: readonly SampledFace[], settings: SamplingSettings) => Float64Array;
}
