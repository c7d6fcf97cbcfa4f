import { mapClasses } from '../../../shared/class-sets.ts';
import type { LabelField } from '../../../shared/contract/labels.ts';
import { ClassMappingError } from '../../../shared/errors.ts';
import type { HistoryAction, HistoryChange, LabelHistory } from '../../import/label-files/history.ts';
import type { LabelPlace } from '../../import/label-files/label-row.ts';
import { datasetClasses } from '../datasets.ts';
import type { Library } from '../db.ts';
import type { AppendedAction, NewEntry, NewLoggedAction, PendingLog } from '../label-log.ts';

/** A change that was made from another value than the one that stands here. */
export interface HistoryConflict {
  readonly place: LabelPlace;
  readonly sampleId: number;
  readonly face: string;
  readonly annotator: string;
  readonly field: LabelField;
  /** JSON: what the annotator says here, and what the history would make of it. */
  readonly here: string;
  readonly after: string;
}

/** What a history came to. */
export interface HistoryOutcome {
  readonly known: number;
  readonly restored: number;
  readonly events: number;
  readonly conflicts: readonly HistoryConflict[];
  readonly unknownFaces: readonly { readonly place: LabelPlace; readonly face: string }[];
}

export interface RestoreOptions {
  readonly conflicts: 'refuse' | 'ours' | 'theirs';
  readonly classMap: Readonly<Record<string, string>>;
  /** Called now and then, with how many actions are done: gives others their turn, throws to end. */
  turn(done: number): Promise<void>;
}

/** How many actions are taken between two turns. */
const TICK = 1000;

/** A change in the library's own terms. */
interface OwnChange extends NewEntry {
  readonly before: string;
}

/**
 * Gathers in `log` the actions of a history that the dataset has not, as they were done: who, when, what was undone.
 * Changes of unknown faces are left out; one that starts from another value than stands here is a conflict, applied
 * unless `ours`. Throws ClassMappingError.
 */
export async function restoreHistory(
  library: Library,
  datasetId: number,
  log: PendingLog,
  history: LabelHistory,
  options: RestoreOptions,
): Promise<HistoryOutcome> {
  const translate = translator(library, datasetId, history, options.classMap);
  const present = presentActions(library, datasetId);
  const numberOf = new Map<number, number>();
  const eventOf = new Map<number, number>();
  const conflicts: HistoryConflict[] = [];
  const unknownFaces: { place: LabelPlace; face: string }[] = [];
  let [known, restored, events, told] = [0, 0, 0, 0];
  for (const [index, { line, action }] of history.actions.entries()) {
    if (index % TICK === 0) await options.turn(index);
    const place = { file: history.file, line };
    const changes = action.changes.flatMap((change): ToldChange[] => {
      told += 1;
      const own = translate(change);
      if (own === null) unknownFaces.push({ place, face: change.face });
      return own === null ? [] : [{ number: told, told: change, own }];
    });
    const own = changes.map((change) => change.own);
    const same = present.get(fingerprint(action.annotator, action.kind, Date.parse(action.at), own))?.shift();
    if (same !== undefined && changes.length > 0) {
      known += 1;
      numberOf.set(action.number, same.id);
      for (const [index, { number }] of changes.entries()) eventOf.set(number, same.events[index]!);
      continue;
    }
    const annotatorId = log.annotatorNamed(action.annotator);
    const entered = changes.filter(({ own: { sampleId, field, before, after }, told: { face } }) => {
      const here = JSON.stringify(log.said(sampleId, annotatorId)[field]);
      if (here === before) return true;
      conflicts.push({ place, sampleId, face, annotator: action.annotator, field, here, after });
      return options.conflicts !== 'ours';
    });
    const target = action.target === null ? null : (numberOf.get(action.target) ?? null);
    if (entered.length === 0 || (action.kind !== 'do' && target === null)) continue;
    const entries = entered.map(({ own: entry, told: { standing } }) => ({
      ...entry,
      standing: standing == null ? null : (eventOf.get(standing) ?? 0),
    }));
    const done = log.append(actionOf(action, annotatorId, target, entries));
    numberOf.set(action.number, done.id);
    for (const [index, { number }] of entered.entries()) eventOf.set(number, done.events[index]!);
    restored += 1;
    events += entries.length;
  }
  return { known, restored, events, conflicts, unknownFaces };
}

/** A change as the file tells it, its number over the file, and what it is here. */
interface ToldChange {
  readonly number: number;
  readonly told: HistoryChange;
  readonly own: OwnChange;
}

const actionOf = (
  { kind, at, queue, run }: HistoryAction,
  annotatorId: number,
  target: number | null,
  entries: readonly NewEntry[],
): NewLoggedAction => ({
  annotatorId,
  kind,
  target,
  queueId: null,
  runId: null,
  at: Date.parse(at),
  entries,
  origin: queue === null && run === null ? null : { queue, run },
});

/** Turns a change told by names into one by numbers; null where the dataset has no such face. */
function translator(
  library: Library,
  datasetId: number,
  history: LabelHistory,
  classMap: RestoreOptions['classMap'],
): (change: HistoryChange) => OwnChange | null {
  const classes = datasetClasses(library, datasetId).map(({ name }) => name);
  const names = history.head.classes;
  const indices = new Map(names.map((name, index) => [name, mapClasses(names, classes, classMap).indices[index]!]));
  const indexOf = (name: string): number => {
    const index = indices.get(name) ?? -1;
    if (index >= 0) return index;
    throw new ClassMappingError(`${history.file} labels faces as “${name}”, which the dataset has no class for.`, {
      file: history.file,
      names: [name],
      kept: 'Nothing was imported.',
      remedy: `Say which class it is with --map ${name}=CLASS; there are ${classes.join(', ')}.`,
    });
  };
  const faces = new Map(
    (
      library.prepare('SELECT id, key FROM samples WHERE dataset_id = ?').all(datasetId) as {
        readonly id: number;
        readonly key: string;
      }[]
    ).map(({ id, key }) => [key, id]),
  );
  const encoded = (field: LabelField, value: HistoryChange['before']): string => {
    if (value === null || field === 'note') return JSON.stringify(value);
    if (field === 'label') return JSON.stringify(indexOf(value as string));
    const votes = classes.map(() => 0);
    for (const [name, count] of Object.entries(value)) votes[indexOf(name)]! += count as number;
    return JSON.stringify(votes);
  };
  return ({ face, field, before, after }) => {
    const sampleId = faces.get(face);
    if (sampleId === undefined) return null;
    return { sampleId, field, before: encoded(field, before), after: encoded(field, after) };
  };
}

/** The dataset's actions with their events, by what they did, so that none is entered twice. */
function presentActions(library: Library, datasetId: number): Map<string, AppendedAction[]> {
  const rows = library
    .prepare(
      `SELECT t.id, e.id AS event, a.name AS annotator, t.kind, t.at, e.sample_id AS sampleId, e.field, e.before,
         e.after FROM label_events e JOIN samples s ON s.id = e.sample_id JOIN label_actions t ON t.id = e.action_id
       JOIN annotators a ON a.id = t.annotator_id WHERE s.dataset_id = ? ORDER BY e.id`,
    )
    .all(datasetId) as PresentRow[];
  const actions = new Map<number, PresentRow[]>();
  for (const row of rows) {
    const known = actions.get(row.id);
    if (known === undefined) actions.set(row.id, [row]);
    else known.push(row);
  }
  const present = new Map<string, AppendedAction[]>();
  for (const [id, changes] of actions) {
    const { annotator, kind, at } = changes[0]!;
    const key = fingerprint(annotator, kind, at, changes);
    const events = changes.map(({ event }) => event);
    present.set(key, [...(present.get(key) ?? []), { id, events }]);
  }
  return present;
}

interface PresentRow extends OwnChange {
  readonly id: number;
  readonly event: number;
  readonly annotator: string;
  readonly kind: HistoryAction['kind'];
  readonly at: number;
}

const fingerprint = (annotator: string, kind: string, at: number, changes: readonly OwnChange[]): string =>
  JSON.stringify([
    annotator,
    kind,
    at,
    ...changes.map(({ sampleId, field, before, after }) => [sampleId, field, before, after]),
  ]);
