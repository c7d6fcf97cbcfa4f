import type { SampleSort } from '../../shared/entities.ts';

const PREFIX = 'measure.';

/** The measure that an order is by, or null for an order by a column. */
export const measureOfSort = (sort: SampleSort): string | null =>
  sort.startsWith(PREFIX) ? sort.slice(PREFIX.length) : null;
