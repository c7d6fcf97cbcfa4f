import { SPLITS, type Split } from '../../shared/entities.ts';
import { NotFoundError, UsageError } from '../../shared/errors.ts';
import { getDataset } from './datasets.ts';
import type { Library } from './db.ts';

/** A face as a person finds it by name. */
export interface FoundSample {
  readonly id: number;
  readonly key: string;
  readonly split: Split;
}

const MOST_NAMES = 10;

interface Row extends Omit<FoundSample, 'split'> {
  readonly split: number;
}

/**
 * The face of that key, or the only one whose path ends in it. Throws NotFoundError with keys that look alike, and
 * UsageError with all that end in it where there are several.
 */
export function findSample(library: Library, datasetId: number, name: string): FoundSample {
  const key = name.trim();
  const select = 'SELECT id, key, split FROM samples WHERE dataset_id = ?';
  const exact = library.prepare(`${select} AND key = ?`).get(datasetId, key) as Row | undefined;
  if (exact !== undefined) return inWords(exact);
  const endings = library
    .prepare(`${select} AND substr(key, -length(?)) = ? ORDER BY key LIMIT ${MOST_NAMES}`)
    .all(datasetId, `/${key}`, `/${key}`) as Row[];
  if (endings.length === 1) return inWords(endings[0]!);
  if (endings.length > 1) {
    throw new UsageError(`Several faces are named ${key}.`, {
      field: 'key',
      names: endings.map((row) => row.key),
      remedy: 'Name one by its whole key.',
    });
  }
  const alike = library
    .prepare(`SELECT key FROM samples WHERE dataset_id = ? AND instr(key, ?) > 0 ORDER BY key LIMIT ${MOST_NAMES}`)
    .pluck()
    .all(datasetId, key.replace(/\.\w+$/, '')) as string[];
  throw new NotFoundError(`There is no face ${key} in “${getDataset(library, datasetId).name}”.`, {
    field: 'key',
    names: alike,
    remedy: alike.length > 0 ? 'Take one of these names.' : 'Face names are shown in Browse, by audit and by queues.',
  });
}

const inWords = (row: Row): FoundSample => ({ ...row, split: SPLITS[row.split]! });
