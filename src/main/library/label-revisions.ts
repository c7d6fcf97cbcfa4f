import type { Library } from './db.ts';

/**
 * How often the label of each of these samples has been changed: a number that only grows. A sample that is not in the
 * map stands at 0, as nobody has touched it.
 */
export function labelRevisions(library: Library, sampleIds: readonly number[]): ReadonlyMap<number, number> {
  const rows = library
    .prepare(
      `SELECT c.sample_id AS id, c.revision FROM json_each(?) AS wanted
       JOIN current_labels c ON c.sample_id = wanted.value`,
    )
    .all(JSON.stringify(sampleIds)) as { readonly id: number; readonly revision: number }[];
  return new Map(rows.map(({ id, revision }) => [id, revision]));
}
