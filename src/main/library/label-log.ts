import type { LabelEvent, LabelField } from '../../shared/contract/labels.ts';
import { ensureAnnotator } from './annotators.ts';
import type { Library } from './db.ts';
import { saidOf, storeFaces } from './label-states.ts';
import { type FaceWords, type Said, SILENT, saidAfter } from './said.ts';

/** One change of a face to enter in the log; `after` is JSON. */
export interface NewEntry {
  readonly sampleId: number;
  readonly field: LabelField;
  readonly after: string;
  /** The event whose place in time a label takes that an undo put back; left out: its own. */
  readonly standing?: number | null;
}

/** An action to enter as it was done, here or elsewhere. */
export interface NewLoggedAction {
  readonly annotatorId: number;
  readonly kind: LabelEvent['kind'];
  readonly target: number | null;
  readonly queueId: number | null;
  readonly runId: number | null;
  readonly at: number;
  readonly entries: readonly NewEntry[];
  /** The queue and run of another library that it was done with, by name. */
  readonly origin?: { readonly queue: string | null; readonly run: string | null } | null;
}

/** An action's number in the log, and those of its events in the order of its entries. */
export interface AppendedAction {
  readonly id: number;
  readonly events: readonly number[];
}

/**
 * Actions gathered in memory behind the log as it stood, to be written at once. Numbers of actions, events and
 * annotators that are new are provisional until then, and count as later than all that are in the library.
 */
export interface PendingLog {
  /** The number of the annotator of that name, provisional for a new one. */
  annotatorNamed(name: string): number;
  said(sampleId: number, annotatorId: number): Said;
  words(sampleId: number): FaceWords;
  append(action: NewLoggedAction): AppendedAction;
  /**
   * Writes all that was gathered, within a transaction of the caller's, and tells the real numbers of actions. Null,
   * and nothing is written, where one of the faces was changed by somebody else meanwhile.
   */
  write(): ((actionId: number) => number) | null;
}

/** Above every number that a library gives: provisional numbers of actions and events start here. */
const PROVISIONAL = 2 ** 40;

interface Moved {
  readonly speakers: Set<number>;
  events: number;
  at: number;
  isRelabelled: boolean;
}

/** Starts to gather actions on these faces. */
export function pendingLog(library: Library, sampleIds: readonly number[]): PendingLog {
  const seen = lastNumber(library, 'label_events');
  const faces = saidOf(library, sampleIds);
  const newNames: string[] = [];
  const numbers = new Map<string, number>();
  const actions: (NewLoggedAction & { readonly befores: readonly string[] })[] = [];
  const moved = new Map<number, Moved>();
  let events = 0;

  const said = (sampleId: number, annotatorId: number): Said => faces.get(sampleId)?.get(annotatorId) ?? SILENT;

  function move({ annotatorId, at }: NewLoggedAction, { sampleId, field, after, standing = null }: NewEntry): string {
    const words = faces.get(sampleId) ?? new Map<number, Said>();
    const own = words.get(annotatorId) ?? SILENT;
    words.set(annotatorId, saidAfter(own, { id: PROVISIONAL + events, field, after, standing }));
    faces.set(sampleId, words);
    const face = moved.get(sampleId) ?? { speakers: new Set(), events: 0, at, isRelabelled: false };
    face.speakers.add(annotatorId);
    moved.set(
      sampleId,
      Object.assign(face, { events: face.events + 1, at, isRelabelled: face.isRelabelled || field !== 'note' }),
    );
    events += 1;
    return JSON.stringify(own[field]);
  }

  return {
    said,
    words: (sampleId) => faces.get(sampleId) ?? new Map(),
    annotatorNamed(name) {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      const id = library.prepare('SELECT id FROM annotators WHERE name = ?').pluck().get(name) as number | undefined;
      const number = id ?? -newNames.push(name);
      numbers.set(name, number);
      return number;
    },
    append(action) {
      const first = events;
      const befores = action.entries.map((entry) => move(action, entry));
      actions.push({ ...action, befores });
      return {
        id: PROVISIONAL + actions.length - 1,
        events: action.entries.map((_, index) => PROVISIONAL + first + index),
      };
    },
    write() {
      if (changedSince(library, seen, new Set(sampleIds))) return null;
      const annotatorIds = newNames.map((name) => ensureAnnotator(library, name).id);
      const real = {
        action: realNumber(lastNumber(library, 'label_actions') + 1),
        event: realNumber(lastNumber(library, 'label_events') + 1),
        annotator: (id: number): number => (id < 0 ? annotatorIds[-id - 1]! : id),
      };
      insertActions(library, actions, real);
      storeFaces(library, realFaces(moved, faces, real));
      return real.action;
    },
  };
}

/** Enters one action with its events and moves what is derived from them. Within a transaction of the caller's. */
export function appendAction(library: Library, action: NewLoggedAction): number {
  const log = pendingLog(library, [...new Set(action.entries.map(({ sampleId }) => sampleId))]);
  const { id } = log.append(action);
  return log.write()!(id);
}

/** The largest number that a table ever gave; numbers are never given twice. */
const lastNumber = (library: Library, table: 'label_actions' | 'label_events'): number =>
  (library.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck().get(table) as number | undefined) ?? 0;

function changedSince(library: Library, event: number, faces: ReadonlySet<number>): boolean {
  const others = library.prepare('SELECT sample_id FROM label_events WHERE id > ?').pluck().all(event) as number[];
  return others.some((id) => faces.has(id));
}

interface RealNumbers {
  action(id: number): number;
  event(id: number): number;
  annotator(id: number): number;
}

const realNumber =
  (first: number) =>
  (id: number): number =>
    id >= PROVISIONAL ? first + id - PROVISIONAL : id;

function insertActions(
  library: Library,
  actions: readonly (NewLoggedAction & { readonly befores: readonly string[] })[],
  real: RealNumbers,
): void {
  const insertAction = library.prepare(
    'INSERT INTO label_actions (id, annotator_id, kind, target, queue_id, run_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const insertOrigin = library.prepare('INSERT INTO label_action_origins (action_id, queue, run) VALUES (?, ?, ?)');
  const insertEvent = library.prepare(
    'INSERT INTO label_events (id, action_id, sample_id, field, before, after, standing) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  let event = real.event(PROVISIONAL);
  for (const [
    index,
    { annotatorId, kind, target, queueId, runId, at, entries, origin, befores },
  ] of actions.entries()) {
    const id = real.action(PROVISIONAL + index);
    insertAction.run(id, real.annotator(annotatorId), kind, target && real.action(target), queueId, runId, at);
    if (origin != null) insertOrigin.run(id, origin.queue, origin.run);
    for (const [place, { sampleId, field, after, standing = null }] of entries.entries()) {
      insertEvent.run(event, id, sampleId, field, befores[place], after, standing && real.event(standing));
      event += 1;
    }
  }
}

function* realFaces(moved: ReadonlyMap<number, Moved>, faces: ReadonlyMap<number, FaceWords>, real: RealNumbers) {
  for (const [sampleId, { speakers, ...face }] of moved) {
    const words = new Map(
      [...faces.get(sampleId)!].map(([id, said]) => [
        real.annotator(id),
        { ...said, labelEvent: real.event(said.labelEvent) },
      ]),
    );
    yield { ...face, sampleId, words, speakers: [...speakers].map(real.annotator) };
  }
}
