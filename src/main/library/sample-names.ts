import { SPLITS, type Split } from '../../shared/entities.ts';
import type { Library } from './db.ts';

export interface SampleName {
  readonly key: string;
  readonly split: Split;
}

/** Key and split of these samples by their numbers; one that is no sample any more is left out. */
export function namesOfSamples(library: Library, ids: readonly number[]): ReadonlyMap<number, SampleName> {
  const rows = library
    .prepare('SELECT id, key, split FROM samples WHERE id IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(ids)) as { readonly id: number; readonly key: string; readonly split: number }[];
  return new Map(rows.map(({ id, key, split }) => [id, { key, split: SPLITS[split]! }]));
}
