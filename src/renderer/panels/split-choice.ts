import type { Split } from '../../shared/entities.ts';

const BEST_FIRST: readonly Split[] = ['valid', 'test', 'train', 'none'];

/** The split to evaluate: the chosen one if the run covers it, else the first it covers of valid, test, train, none. */
export function splitToShow(chosen: Split | null, covered: readonly Split[]): Split {
  if (chosen !== null && covered.includes(chosen)) return chosen;
  return BEST_FIRST.find((split) => covered.includes(split)) ?? 'valid';
}
