import type { Library } from './db.ts';

/**
 * How often the label of each of these samples has been changed: a number that only grows. A sample that is not in the
 * map stands at 0. The votes of an import are never altered, so until labels are edited all stand at 0.
 */
export function labelRevisions(_library: Library, _sampleIds: readonly number[]): ReadonlyMap<number, number> {
  return new Map();
}
