import type { LabelDifference, LabelRebuild, RebuiltFace } from '../../shared/contract/labels.ts';
import type { Library } from './db.ts';
import { allSaid, type ChangedFace, storeFaces } from './label-states.ts';
import { type FaceWords, type Said, type SaidChange, SILENT, type Standing, saidAfter, standingOf } from './said.ts';

/** How many differences are told; all are counted and put right. */
const MOST = 200;

interface LoggedChange extends SaidChange {
  readonly sampleId: number;
  readonly annotatorId: number;
  readonly at: number;
}

interface Derived extends ChangedFace, Stored {
  readonly words: FaceWords;
}

/** A face as the derived tables hold it, or should. */
interface Stored {
  readonly words: FaceWords;
  readonly current: Standing & { readonly revision: number };
}

/**
 * Derives what annotators say and how each face stands from the log again, and with `repair` puts right the
 * faces that had come apart from it; the others are not touched. Tells what was stored and what the events say.
 */
export function rebuildLabels(library: Library, { repair }: { readonly repair: boolean }): LabelRebuild {
  return library.transaction(() => {
    const derived = derive(library);
    const stored = storedFaces(library);
    const apart = [...new Set([...derived.keys(), ...stored.keys()])]
      .filter((id) => textOf(derived.get(id)) !== textOf(stored.get(id)))
      .sort((a, b) => a - b);
    const nameOf = annotatorNames(library);
    const tell = (face: Stored | undefined) => (face === undefined ? null : told(face.words, face.current, nameOf));
    const differences = apart.slice(0, MOST).map(
      (id): LabelDifference => ({
        sampleId: id,
        ...faceOf(library, id),
        stored: tell(stored.get(id)),
        derived: tell(derived.get(id)),
      }),
    );
    if (repair) putRight(library, apart, derived);
    const events = [...derived.values()].reduce((sum, face) => sum + face.events, 0);
    return { events, faces: derived.size, changed: apart.length, differences };
  });
}

function putRight(library: Library, ids: readonly number[], derived: ReadonlyMap<number, Derived>): void {
  const forgetWords = library.prepare('DELETE FROM annotations WHERE sample_id = ?');
  const forgetLabel = library.prepare('DELETE FROM current_labels WHERE sample_id = ?');
  for (const id of ids) {
    forgetWords.run(id);
    forgetLabel.run(id);
  }
  storeFaces(
    library,
    ids.flatMap((id) => derived.get(id) ?? []),
  );
}

function derive(library: Library): Map<number, Derived> {
  const log = library
    .prepare(
      `SELECT e.id, e.sample_id AS sampleId, a.annotator_id AS annotatorId, e.field, e.after, e.standing, a.at
       FROM label_events e JOIN label_actions a ON a.id = e.action_id ORDER BY e.id`,
    )
    .iterate() as IterableIterator<LoggedChange>;
  const faces = new Map<number, { words: Map<number, Said>; events: number; at: number }>();
  for (const change of log) {
    const { sampleId, annotatorId, at } = change;
    const words = faces.get(sampleId)?.words ?? new Map<number, Said>();
    words.set(annotatorId, saidAfter(words.get(annotatorId) ?? SILENT, change));
    const events = (faces.get(sampleId)?.events ?? 0) + 1;
    faces.set(sampleId, { words, events, at });
  }
  return new Map([...faces].map(([sampleId, face]) => [sampleId, derivedFace(sampleId, face)]));
}

const derivedFace = (sampleId: number, face: Pick<ChangedFace, 'words' | 'events' | 'at'>): Derived => ({
  ...face,
  sampleId,
  speakers: face.words.keys(),
  isRelabelled: true,
  current: { ...standingOf(face.words), revision: face.events },
});

function storedFaces(library: Library): Map<number, Stored> {
  const words = allSaid(library);
  const rows = library
    .prepare('SELECT sample_id AS id, label, annotator_id AS annotatorId, votes, revision FROM current_labels')
    .all() as {
    readonly id: number;
    readonly label: number | null;
    readonly annotatorId: number | null;
    readonly votes: string | null;
    readonly revision: number;
  }[];
  const stood = new Map(
    rows.map(({ id, votes, ...row }) => [
      id,
      { ...row, votes: votes === null ? null : (JSON.parse(votes) as number[]) },
    ]),
  );
  const absent = { label: null, annotatorId: null, votes: null, revision: 0 };
  const ids = new Set([...words.keys(), ...stood.keys()]);
  return new Map([...ids].map((id) => [id, { words: words.get(id) ?? new Map(), current: stood.get(id) ?? absent }]));
}

function textOf(face: Stored | undefined): string {
  if (face === undefined) return '';
  const { label, annotatorId, votes, revision } = face.current;
  const words = [...face.words].sort(([a], [b]) => a - b);
  return JSON.stringify([
    [label, annotatorId, votes, revision],
    words.map(([id, said]) => [id, said.label, said.votes, said.note, said.labelEvent]),
  ]);
}

type NameOf = (annotatorId: number | null) => string | null;

function annotatorNames(library: Library): NameOf {
  const rows = library.prepare('SELECT id, name FROM annotators').all() as { id: number; name: string }[];
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return (id) => (id === null ? null : (names.get(id) ?? null));
}

const told = (words: FaceWords, { annotatorId, ...standing }: Stored['current'], nameOf: NameOf): RebuiltFace => ({
  ...standing,
  votes: copied(standing.votes),
  annotator: nameOf(annotatorId),
  annotations: [...words].map(([id, { label, votes, note }]) => ({
    annotator: nameOf(id) ?? '',
    label,
    votes: copied(votes),
    note,
  })),
});

const copied = (votes: readonly number[] | null): number[] | null => (votes === null ? null : [...votes]);

const faceOf = (library: Library, id: number): Pick<LabelDifference, 'key' | 'datasetId'> =>
  library.prepare('SELECT key, dataset_id AS datasetId FROM samples WHERE id = ?').get(id) as Pick<
    LabelDifference,
    'key' | 'datasetId'
  >;
