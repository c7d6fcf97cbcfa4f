import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Relabel } from './current-labels.ts';
import type { Library } from './db.ts';
import { durably } from './durably.ts';
import { type NewEntry, type PendingLog, pendingLog } from './label-log.ts';
import { labelOverlay } from './label-overlay.ts';
import type { FaceWords } from './said.ts';
import { decodeVotes, leadingClass } from './votes.ts';

/** Faces compared before other work gets its turn. */
const SLICE = 2_000;
/** How often a restore starts again because labels were changed beside it, before it keeps others from the log. */
const FREE_TRIES = 2;

export interface RestoreRequest {
  readonly datasetId: number;
  readonly name: string;
  readonly annotatorId: number;
}

/**
 * Makes the current labels those of a version by one action of `annotatorId`, which can be undone. What others said
 * stays in the log and as their word: the action only says something newer, and only where the version differs. Other
 * work has its turn until all is written at once. Throws NotFoundError.
 */
export async function restoreLabels(
  library: Library,
  request: RestoreRequest,
): Promise<{ faces: number; events: number }> {
  for (let tries = 0; tries < FREE_TRIES; tries += 1) {
    const steps = prepare(library, request);
    let step = steps.next();
    for (; !step.done; step = steps.next()) await nextTurn();
    const { log, ...outcome } = step.value;
    if (durably(library, () => log.write()) !== null) return outcome;
  }
  return durably(library, () => {
    const steps = prepare(library, request);
    let step = steps.next();
    while (!step.done) step = steps.next();
    const { log, ...outcome } = step.value;
    log.write();
    return outcome;
  });
}

/** Works out what a restore has to say, a slice of faces between two yields. */
function* prepare(
  library: Library,
  { datasetId, name, annotatorId }: RestoreRequest,
): Generator<void, { readonly log: PendingLog; readonly faces: number; readonly events: number }> {
  const { wanted, current, ids, log } = asOneRead(library, () => {
    const wanted = labelOverlay(library, datasetId, name);
    const current = labelOverlay(library, datasetId, 'current');
    const ids = [...new Set([...wanted.keys(), ...current.keys()])].sort((a, b) => a - b);
    return { wanted, current, ids, log: pendingLog(library, ids) };
  });
  const entries: NewEntry[] = [];
  for (const [index, id] of ids.entries()) {
    if (index % SLICE === 0) yield;
    const face = { id, words: log.words(id), wanted: wanted.get(id) ?? AS_IMPORTED };
    entries.push(...entriesFor(library, annotatorId, { ...face, current: current.get(id) ?? AS_IMPORTED }));
  }
  const faces = new Set(entries.map(({ sampleId }) => sampleId)).size;
  const action = {
    annotatorId,
    kind: 'do',
    target: null,
    queueId: null,
    runId: null,
    at: Date.now(),
    entries,
  } as const;
  if (entries.length > 0) log.append(action);
  return { log, faces, events: entries.length };
}

/** Reads the library as it stands at one moment, whoever writes to it beside. */
const asOneRead = <Result>(library: Library, read: () => Result): Result => library.sqlite.transaction(read)();

const AS_IMPORTED: Relabel = { label: null, votes: null };

interface Face {
  readonly id: number;
  readonly words: FaceWords;
  readonly wanted: Relabel;
  readonly current: Relabel;
}

function entriesFor(library: Library, annotatorId: number, face: Face): NewEntry[] {
  const { wanted, current } = face;
  const votes = sameVotes(wanted.votes, current.votes) ? [] : [votesEntry(library, annotatorId, face)];
  return wanted.label === current.label ? votes : [...votes, labelEntry(library, annotatorId, face)];
}

/** The crowd's word stands again where nobody else said anything; else the annotator says the crowd's own label. */
function labelEntry(library: Library, annotatorId: number, { id, words, wanted }: Face): NewEntry {
  const after = (label: number | null): NewEntry => ({ sampleId: id, field: 'label', after: JSON.stringify(label) });
  if (wanted.label !== null) return after(wanted.label);
  const hasOthers = [...words].some(([speaker, { label }]) => speaker !== annotatorId && label !== null);
  return after(hasOthers ? leadingClass(crowdVotes(library, id)) : null);
}

/** The annotator's own votes moved by what is wanted of all annotators' together. */
function votesEntry(library: Library, annotatorId: number, { id, words, wanted, current }: Face): NewEntry {
  const own = words.get(annotatorId)?.votes;
  const moved = crowdVotes(library, id).map(
    (_, index) => (own?.[index] ?? 0) + (wanted.votes?.[index] ?? 0) - (current.votes?.[index] ?? 0),
  );
  return { sampleId: id, field: 'votes', after: JSON.stringify(moved.some((count) => count !== 0) ? moved : null) };
}

const sameVotes = (a: Relabel['votes'], b: Relabel['votes']): boolean => JSON.stringify(a) === JSON.stringify(b);

const crowdVotes = (library: Library, id: number): number[] =>
  decodeVotes(library.prepare('SELECT votes FROM samples WHERE id = ?').pluck().get(id) as Buffer);
