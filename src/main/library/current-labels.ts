import type { Annotation, FaceLabel } from '../../shared/contract/labels.ts';
import type { Library } from './db.ts';

interface StateRow {
  readonly sample_id: number;
  readonly label: number | null;
  readonly annotator: string | null;
  readonly votes: string | null;
  readonly revision: number;
  readonly changed_at: number;
}

/** How these faces stand, in the order asked for; one that nobody touched is at revision 0. */
export function faceLabels(library: Library, sampleIds: readonly number[]): FaceLabel[] {
  const rows = library
    .prepare(
      `SELECT c.*, a.name AS annotator FROM json_each(?) AS wanted JOIN current_labels c ON c.sample_id = wanted.value
       LEFT JOIN annotators a ON a.id = c.annotator_id`,
    )
    .all(JSON.stringify(sampleIds)) as StateRow[];
  const found = new Map(rows.map((row) => [row.sample_id, toState(row)]));
  return sampleIds.map((id) => found.get(id) ?? untouched(id));
}

const untouched = (sampleId: number): FaceLabel => ({
  sampleId,
  label: null,
  annotator: null,
  votes: null,
  revision: 0,
  changedAt: null,
});

const toState = (row: StateRow): FaceLabel => ({
  sampleId: row.sample_id,
  label: row.label,
  annotator: row.annotator,
  votes: row.votes === null ? null : (JSON.parse(row.votes) as number[]),
  revision: row.revision,
  changedAt: row.changed_at,
});

/** What each annotator says of a face, whoever spoke last first. */
export function annotationsOf(library: Library, sampleId: number): Annotation[] {
  const rows = library
    .prepare(
      `SELECT a.name AS annotator, n.label, n.votes, n.note FROM annotations n JOIN annotators a ON a.id = n.annotator_id
       WHERE n.sample_id = ? ORDER BY n.label_event DESC, a.name`,
    )
    .all(sampleId) as (Omit<Annotation, 'votes'> & { readonly votes: string | null })[];
  return rows.map((row) => ({ ...row, votes: row.votes === null ? null : (JSON.parse(row.votes) as number[]) }));
}

/** What annotators made of a face, beside the crowd's votes: what trains, scores and exports by it. */
export interface Relabel {
  readonly label: number | null;
  readonly votes: readonly number[] | null;
}

/** Every face of a dataset that annotators changed, by its number. */
export function relabelsOf(library: Library, datasetId: number): ReadonlyMap<number, Relabel> {
  const rows = library
    .prepare(
      `SELECT c.sample_id AS id, c.label, c.votes FROM current_labels c JOIN samples s ON s.id = c.sample_id
       WHERE s.dataset_id = ? AND (c.label IS NOT NULL OR c.votes IS NOT NULL)`,
    )
    .all(datasetId) as { readonly id: number; readonly label: number | null; readonly votes: string | null }[];
  return new Map(
    rows.map(({ id, label, votes }) => [
      id,
      { label, votes: votes === null ? null : (JSON.parse(votes) as readonly number[]) },
    ]),
  );
}

/** The crowd's votes with those that annotators added or took. */
export const withAddedVotes = (crowd: readonly number[], added: readonly number[] | null): readonly number[] =>
  added === null ? crowd : crowd.map((count, index) => Math.max(0, count + (added[index] ?? 0)));
