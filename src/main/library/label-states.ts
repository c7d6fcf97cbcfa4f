import type { Library } from './db.ts';
import { dropMeasures } from './measures.ts';
import { type FaceWords, type Said, standingOf } from './said.ts';

interface AnnotationRow {
  readonly sampleId: number;
  readonly annotatorId: number;
  readonly label: number | null;
  readonly votes: string | null;
  readonly note: string | null;
  readonly labelEvent: number;
}

const COLUMNS =
  'n.sample_id AS sampleId, n.annotator_id AS annotatorId, n.label, n.votes, n.note, n.label_event AS labelEvent';

/** What is said of these faces now; a face that nobody spoke of is not in the map. */
export const saidOf = (library: Library, sampleIds: readonly number[]): Map<number, Map<number, Said>> =>
  gathered(
    library
      .prepare(`SELECT ${COLUMNS} FROM json_each(?) AS wanted JOIN annotations n ON n.sample_id = wanted.value`)
      .all(JSON.stringify(sampleIds)) as AnnotationRow[],
  );

/** What is said of every face of the library. */
export const allSaid = (library: Library): Map<number, Map<number, Said>> =>
  gathered(library.prepare(`SELECT ${COLUMNS} FROM annotations n`).all() as AnnotationRow[]);

function gathered(rows: readonly AnnotationRow[]): Map<number, Map<number, Said>> {
  const faces = new Map<number, Map<number, Said>>();
  for (const { sampleId, annotatorId, label, votes, note, labelEvent } of rows) {
    const said = { label, votes: votes === null ? null : (JSON.parse(votes) as number[]), note, labelEvent };
    const words = faces.get(sampleId);
    if (words === undefined) faces.set(sampleId, new Map([[annotatorId, said]]));
    else words.set(annotatorId, said);
  }
  return faces;
}

/** A face that changed: what is said of it now, by whom something new, and by how many events. */
export interface ChangedFace {
  readonly sampleId: number;
  readonly words: FaceWords;
  readonly speakers: Iterable<number>;
  readonly events: number;
  readonly at: number;
  /** A note alone changes no measure. */
  readonly isRelabelled: boolean;
}

/** Moves the derived tables to what is said now. Within a transaction of the caller's. */
export function storeFaces(library: Library, faces: Iterable<ChangedFace>): void {
  const annotate = library.prepare(
    `INSERT INTO annotations (sample_id, annotator_id, label, votes, note, label_event) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (sample_id, annotator_id) DO UPDATE SET label = excluded.label, votes = excluded.votes,
       note = excluded.note, label_event = excluded.label_event`,
  );
  const stand = library.prepare(
    `INSERT INTO current_labels (sample_id, label, annotator_id, votes, revision, changed_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (sample_id) DO UPDATE SET label = excluded.label, annotator_id = excluded.annotator_id,
       votes = excluded.votes, revision = revision + excluded.revision, changed_at = excluded.changed_at`,
  );
  const relabelled: number[] = [];
  for (const { sampleId, words, speakers, events, at, isRelabelled } of faces) {
    for (const annotatorId of speakers) {
      const { label, votes, note, labelEvent } = words.get(annotatorId)!;
      annotate.run(sampleId, annotatorId, label, encoded(votes), note, labelEvent);
    }
    const { label, annotatorId, votes } = standingOf(words);
    stand.run(sampleId, label, annotatorId, encoded(votes), events, at);
    if (isRelabelled) relabelled.push(sampleId);
  }
  if (relabelled.length > 0) dropMeasures(library, relabelled);
}

const encoded = (votes: readonly number[] | null): string | null => (votes === null ? null : JSON.stringify(votes));
