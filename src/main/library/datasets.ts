import { rmSync } from 'node:fs';
import type { ClassInfo } from '../../shared/class-sets.ts';
import { type Dataset, SPLITS } from '../../shared/entities.ts';
import { ConflictError, NotFoundError } from '../../shared/errors.ts';
import type { Library } from './db.ts';
import { removeUnusedImages } from './images.ts';

interface DatasetRow {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly classes: string;
  readonly created_at: number;
}

/** Creates an empty dataset. Throws ConflictError if the name is taken. */
export function createDataset(
  library: Library,
  dataset: { readonly name: string; readonly kind: string; readonly classes: readonly ClassInfo[] },
): number {
  refuseTakenName(library, dataset.name);
  const result = library
    .prepare('INSERT INTO datasets (name, kind, classes, created_at) VALUES (?, ?, ?, ?)')
    .run(dataset.name, dataset.kind, JSON.stringify(dataset.classes), Date.now());
  return Number(result.lastInsertRowid);
}

/** Every dataset with its counts, in the order of their making. */
export function listDatasets(library: Library): Dataset[] {
  const rows = library.prepare('SELECT * FROM datasets ORDER BY id').all() as DatasetRow[];
  return rows.map((row) => withCounts(library, row));
}

/** One dataset with its counts. Throws NotFoundError. */
export function getDataset(library: Library, id: number): Dataset {
  const row = library.prepare('SELECT * FROM datasets WHERE id = ?').get(id) as DatasetRow | undefined;
  if (row === undefined) throw new NotFoundError(`There is no dataset with the number ${id}.`);
  return withCounts(library, row);
}

/** One dataset by its name, or null. */
export function findDataset(library: Library, name: string): Dataset | null {
  const row = library.prepare('SELECT * FROM datasets WHERE name = ?').get(name) as DatasetRow | undefined;
  return row === undefined ? null : withCounts(library, row);
}

/** The ordered classes of a dataset, without counting anything. Throws NotFoundError. */
export function datasetClasses(library: Library, id: number): readonly ClassInfo[] {
  const classes = library.prepare('SELECT classes FROM datasets WHERE id = ?').pluck().get(id) as string | undefined;
  if (classes === undefined) throw new NotFoundError(`There is no dataset with the number ${id}.`);
  return JSON.parse(classes) as ClassInfo[];
}

/** Gives a dataset another name. Throws ConflictError if it is taken, NotFoundError if there is no such dataset. */
export function renameDataset(library: Library, id: number, name: string): Dataset {
  const taken = findDataset(library, name);
  if (taken !== null && taken.id !== id) refuseTakenName(library, name);
  const result = library.prepare('UPDATE datasets SET name = ? WHERE id = ?').run(name, id);
  if (result.changes === 0) throw new NotFoundError(`There is no dataset with the number ${id}.`);
  return getDataset(library, id);
}

/** Removes a dataset with its samples, runs and every image nothing else uses; returns how many samples went. */
export function removeDataset(library: Library, id: number): number {
  const dataset = getDataset(library, id);
  const files = library.transaction(() => {
    library.prepare('DELETE FROM runs WHERE dataset_id = ?').run(id);
    library.prepare('DELETE FROM samples WHERE dataset_id = ?').run(id);
    library.prepare('DELETE FROM datasets WHERE id = ?').run(id);
    return removeUnusedImages(library);
  });
  for (const file of files) rmSync(file, { force: true });
  return dataset.samples;
}

/** The number of a vote file within a dataset, entered if it is new. */
export function ensureVoteFile(library: Library, datasetId: number, file: string): number {
  library
    .prepare('INSERT OR IGNORE INTO vote_files (dataset_id, file, imported_at) VALUES (?, ?, ?)')
    .run(datasetId, file, Date.now());
  return library
    .prepare('SELECT id FROM vote_files WHERE dataset_id = ? AND file = ?')
    .pluck()
    .get(datasetId, file) as number;
}

function refuseTakenName(library: Library, name: string): void {
  if (findDataset(library, name) === null) return;
  throw new ConflictError(`There is already a dataset named “${name}”.`, {
    field: 'name',
    remedy: 'Choose another name, or remove the other dataset first.',
  });
}

function withCounts(library: Library, row: DatasetRow): Dataset {
  const classes = JSON.parse(row.classes) as ClassInfo[];
  const counts = library.prepare('SELECT split, label, count FROM class_counts WHERE dataset_id = ?').all(row.id) as {
    split: number;
    label: number;
    count: number;
  }[];
  const classCounts = classes.map(() => 0);
  const bySplit = SPLITS.map((split) => ({ split, count: 0, classCounts: classes.map(() => 0) }));
  let samples = 0;
  let unlabelled = 0;
  for (const { split, label, count } of counts) {
    const entry = bySplit[split]!;
    samples += count;
    entry.count += count;
    if (label === -1) unlabelled += count;
    else {
      classCounts[label]! += count;
      entry.classCounts[label]! += count;
    }
  }
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    classes,
    samples,
    unlabelled,
    splits: bySplit.filter((entry) => entry.count > 0),
    classCounts,
    voteFiles: library
      .prepare('SELECT file FROM vote_files WHERE dataset_id = ? ORDER BY id')
      .pluck()
      .all(row.id) as string[],
    createdAt: row.created_at,
  };
}
