import { UsageError } from '../../../shared/errors.ts';

/** A way to weigh the loss of faces by their class. */
export interface ClassWeighting {
  readonly name: string;
  readonly describe: string;
  /** The weight of a class with `count` faces, above zero; only its ratio to the other classes' matters. */
  readonly weight: (count: number) => number;
}

/** How fast further faces of a class stop adding to it (Cui et al. 2019 try 0.9 to 0.9999). */
const EFFECTIVE_BETA = 0.999;

/** Every class weighting. A new one is an entry here. */
export const CLASS_WEIGHTINGS = [
  { name: 'none', describe: 'every face alike', weight: () => 1 },
  { name: 'inverse-frequency', describe: 'every class alike', weight: (count) => 1 / count },
  {
    name: 'effective-number',
    describe: 'by the inverse of the effective number of faces (Cui et al. 2019)',
    weight: (count) => (1 - EFFECTIVE_BETA) / (1 - EFFECTIVE_BETA ** count),
  },
] as const satisfies readonly ClassWeighting[];

export type ClassWeightingName = (typeof CLASS_WEIGHTINGS)[number]['name'];

/**
 * One weight a class from how many faces each has, such that the mean over all faces is one and the learning rate keeps
 * its meaning. A class without faces has the weight 0. Throws UsageError for a name that is unknown.
 */
export function classWeights(name: string, counts: readonly number[]): Float32Array {
  const weighting: ClassWeighting | undefined = CLASS_WEIGHTINGS.find((entry) => entry.name === name);
  if (weighting === undefined) {
    const names = CLASS_WEIGHTINGS.map((entry) => entry.name);
    throw new UsageError(`There is no class weighting “${name}”.`, { names, remedy: `Use ${names.join(', ')}.` });
  }
  const raw = counts.map((count) => (count === 0 ? 0 : weighting.weight(count)));
  const faces = counts.reduce((sum, count) => sum + count, 0);
  const total = counts.reduce((sum, count, index) => sum + count * raw[index]!, 0);
  return Float32Array.from(raw, (weight) => (total === 0 ? 0 : (weight * faces) / total));
}
