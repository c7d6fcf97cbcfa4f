import { SPLITS } from '../../shared/entities.ts';
import { withAddedVotes } from './current-labels.ts';
import type { Library } from './db.ts';
import type { ExportedFace, NamedLabel } from './label-exports/label-export.ts';
import { decodeVotes, leadingClass } from './votes.ts';

interface FaceRow {
  readonly id: number;
  readonly key: string;
  readonly split: number;
  readonly votes: Buffer;
  readonly label: number | null;
  readonly annotator: string | null;
  readonly delta: string | null;
}

interface AnnotationRow {
  readonly face: number;
  readonly annotator: string;
  readonly label: number;
  readonly note: string | null;
  readonly at: number;
}

/** Every face of a dataset with all its layers: the crowd's votes, what annotators say, and what it comes to. */
export function labelledFaces(library: Library, datasetId: number): ExportedFace[] {
  const byFace = namedLabels(library, datasetId);
  const rows = library
    .prepare(
      `SELECT s.id, s.key, s.split, s.votes, c.label, a.name AS annotator, c.votes AS delta
       FROM samples s LEFT JOIN current_labels c ON c.sample_id = s.id
       LEFT JOIN annotators a ON a.id = c.annotator_id WHERE s.dataset_id = ? ORDER BY s.id`,
    )
    .all(datasetId) as FaceRow[];
  return rows.map((row) => {
    const votes = decodeVotes(row.votes);
    const added = row.delta === null ? null : (JSON.parse(row.delta) as number[]);
    const currentVotes = withAddedVotes(votes, added);
    const byAnnotator = byFace.get(row.id) ?? [];
    const relabel =
      row.label === null
        ? null
        : (byAnnotator.find(({ annotator, label }) => annotator === row.annotator && label === row.label) ?? null);
    return {
      id: row.id,
      key: row.key,
      split: SPLITS[row.split]!,
      votes,
      currentVotes,
      label: row.label ?? leadingClass(currentVotes),
      relabel,
      byAnnotator,
    };
  });
}

/** What each annotator says now, oldest first, by face. */
function namedLabels(library: Library, datasetId: number): Map<number, NamedLabel[]> {
  const rows = library
    .prepare(
      `SELECT n.sample_id AS face, a.name AS annotator, n.label, n.note, t.at
       FROM annotations n JOIN samples s ON s.id = n.sample_id JOIN annotators a ON a.id = n.annotator_id
       JOIN label_events e ON e.id = n.label_event JOIN label_actions t ON t.id = e.action_id
       WHERE s.dataset_id = ? AND n.label IS NOT NULL ORDER BY n.label_event`,
    )
    .all(datasetId) as AnnotationRow[];
  const byFace = new Map<number, NamedLabel[]>();
  for (const { face, annotator, label, note, at } of rows) {
    const named = { annotator, label, at, note: note ?? '' };
    const known = byFace.get(face);
    if (known === undefined) byFace.set(face, [named]);
    else known.push(named);
  }
  return byFace;
}
