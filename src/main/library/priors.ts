import { createHash } from 'node:crypto';
import type { PriorSource, PriorVersion, StoredPrior } from '../../shared/contract/priors.ts';
import { ConflictError, NotFoundError } from '../../shared/errors.ts';
import { checkPrior, type Prior } from '../../shared/priors/prior.ts';
import type { Library } from './db.ts';

const SELECT = `SELECT v.id, v.prior_id AS priorId, p.name, v.version, v.classes, v.rows, v.source, v.note,
  v.created_at AS createdAt, coalesce(a.name, '') AS author,
  up.id AS parentId, up_prior.name AS parentName, up.version AS parentVersion
  FROM prior_versions v JOIN priors p ON p.id = v.prior_id LEFT JOIN annotators a ON a.id = v.annotator_id
  LEFT JOIN prior_versions up ON up.id = v.parent LEFT JOIN priors up_prior ON up_prior.id = up.prior_id`;

interface VersionRow extends Omit<PriorVersion, 'classes' | 'rows' | 'source' | 'parent'> {
  readonly classes: string;
  readonly rows: string;
  readonly source: string;
  readonly parentId: number | null;
  readonly parentName: string | null;
  readonly parentVersion: number | null;
}

const versionOf = ({
  classes,
  rows,
  source,
  parentId,
  parentName,
  parentVersion,
  ...row
}: VersionRow): PriorVersion => ({
  ...row,
  classes: JSON.parse(classes) as string[],
  rows: JSON.parse(rows) as number[][],
  source: JSON.parse(source) as PriorSource,
  parent: parentId === null ? null : { id: parentId, name: parentName!, version: parentVersion! },
});

interface PriorRow {
  readonly id: number;
  readonly name: string;
  readonly createdAt: number;
}

const priorRows = (library: Library): readonly PriorRow[] =>
  library.prepare('SELECT id, name, created_at AS createdAt FROM priors ORDER BY name').all() as PriorRow[];

/** The priors of the library by name, each with its newest version. */
export const listPriors = (library: Library): StoredPrior[] =>
  priorRows(library).map((prior) => {
    const versions = versionsOf(library, prior.id);
    return { ...prior, versions: versions.length, latest: versions[0]! };
  });

const versionsOf = (library: Library, priorId: number): PriorVersion[] =>
  (library.prepare(`${SELECT} WHERE v.prior_id = ? ORDER BY v.version DESC`).all(priorId) as VersionRow[]).map(
    versionOf,
  );

function priorNamed(library: Library, name: string): PriorRow {
  const rows = priorRows(library);
  const found = rows.find((row) => row.name === name);
  if (found !== undefined) return found;
  const names = rows.map((row) => row.name);
  throw new NotFoundError(`There is no prior named “${name}”.`, {
    field: 'prior',
    names,
    remedy: names.length === 0 ? 'Compute one from votes, or import a file.' : `Use one of ${names.join(', ')}.`,
  });
}

/** Every version of a prior, newest first. Throws NotFoundError that lists the known priors. */
export const priorHistory = (library: Library, name: string): PriorVersion[] =>
  versionsOf(library, priorNamed(library, name).id);

/** One version of a prior, the newest for null. Throws NotFoundError. */
export function getPrior(library: Library, name: string, version: number | null): PriorVersion {
  const versions = priorHistory(library, name);
  const found = version === null ? versions[0] : versions.find((known) => known.version === version);
  if (found !== undefined) return found;
  throw new NotFoundError(`“${name}” has no version ${version}.`, {
    field: 'version',
    names: versions.map((known) => String(known.version)),
    remedy: `Its newest is ${versions[0]!.version}.`,
  });
}

/** Tells priors of other numbers apart that had the same name and version one after the other: 12 hexadecimal digits. */
export const priorDigest = ({ classes, rows }: Prior): string =>
  createHash('sha256')
    .update(JSON.stringify([classes, rows]))
    .digest('hex')
    .slice(0, 12);

export interface NewPriorVersion {
  readonly name: string;
  /** The newest version that the caller knows; null for a prior that is not there yet. */
  readonly expected: number | null;
  readonly prior: Prior;
  readonly source: PriorSource;
  readonly parentId: number | null;
  readonly note: string;
  readonly annotatorId: number | null;
}

/**
 * Keeps a prior, all of it or nothing. Throws UsageError naming the cell that is wrong, ConflictError where the name is
 * taken or its newest version is not the expected one, NotFoundError for an unknown prior or parent.
 */
export function savePrior(library: Library, order: NewPriorVersion): PriorVersion {
  const { name, expected, prior, source, parentId, note, annotatorId } = order;
  checkPrior(prior);
  return library.transaction(() => {
    const priorId = expected === null ? addName(library, name) : newestIs(library, name, expected);
    if (parentId !== null && library.prepare('SELECT 1 FROM prior_versions WHERE id = ?').get(parentId) === undefined) {
      throw new NotFoundError('The version that this one was made from is gone.', { field: 'parentId' });
    }
    library
      .prepare(
        `INSERT INTO prior_versions (prior_id, version, parent, classes, rows, source, annotator_id, note, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        priorId,
        (expected ?? 0) + 1,
        parentId,
        JSON.stringify(prior.classes),
        JSON.stringify(prior.rows),
        JSON.stringify(source),
        annotatorId,
        note,
        Date.now(),
      );
    return versionsOf(library, priorId)[0]!;
  });
}

function addName(library: Library, name: string): number {
  refuseTaken(library, name);
  const { lastInsertRowid } = library
    .prepare('INSERT INTO priors (name, created_at) VALUES (?, ?)')
    .run(name, Date.now());
  return Number(lastInsertRowid);
}

function newestIs(library: Library, name: string, expected: number): number {
  const { id } = priorNamed(library, name);
  const newest = versionsOf(library, id)[0]!;
  if (newest.version === expected) return id;
  throw new ConflictError(
    `“${name}” is at version ${newest.version} by now${newest.author === '' ? '' : `, by ${newest.author}`}.`,
    { field: 'name', remedy: 'Compare with that version, then save again or under another name.' },
  );
}

function refuseTaken(library: Library, name: string): void {
  if (!priorRows(library).some((row) => row.name === name)) return;
  throw new ConflictError(`There is a prior named “${name}” already.`, {
    field: 'name',
    remedy: 'Choose another name, or save a new version of that one.',
  });
}

/** Gives a prior another name. Throws NotFoundError, ConflictError for a taken name. */
export function renamePrior(library: Library, name: string, to: string): StoredPrior {
  return library.transaction(() => {
    const { id } = priorNamed(library, name);
    if (to !== name) refuseTaken(library, to);
    library.prepare('UPDATE priors SET name = ? WHERE id = ?').run(to, id);
    return listPriors(library).find((prior) => prior.id === id)!;
  });
}

/** Forgets a prior with all its versions; what was made from them stays. Throws NotFoundError. */
export function removePrior(library: Library, name: string): { versions: number } {
  return library.transaction(() => {
    const { id } = priorNamed(library, name);
    const versions = versionsOf(library, id).length;
    library.prepare('DELETE FROM priors WHERE id = ?').run(id);
    return { versions };
  });
}
