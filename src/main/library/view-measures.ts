import type { SampleFilter, SampleSort } from '../../shared/entities.ts';

const PREFIX = 'measure.';

/** The measure that a view is ordered by, or null for any other order. */
export function measureOf(sort: SampleSort): string | null {
  return sort.startsWith(PREFIX) ? sort.slice(PREFIX.length) : null;
}

/** A measure that a view filters or counts by, beside the run's other columns. */
export interface MeasureColumn {
  readonly name: string;
  readonly values: Float32Array;
  readonly range: readonly [number, number] | undefined;
}

/** The measures that a view's filter names or whose counts are asked for, each once, in a fixed order. */
export function measuresUsed(filter: SampleFilter, counted: readonly string[]): readonly string[] {
  return [...new Set([...Object.keys(filter.measures ?? {}), ...counted])].toSorted();
}
