import type { LabelAction, LabelChange, LabelField, LabelOutcome } from '../../shared/contract/labels.ts';
import { ConflictError, NotFoundError, UsageError } from '../../shared/errors.ts';
import { getAnnotator } from './annotators.ts';
import { faceLabels, withAddedVotes } from './current-labels.ts';
import { datasetClasses } from './datasets.ts';
import type { Library } from './db.ts';
import { durably } from './durably.ts';
import { appendAction, type NewEntry } from './label-log.ts';
import { saidOf } from './label-states.ts';
import { hasItem, settleItem } from './queue-items.ts';
import { decodeVotes } from './votes.ts';

type Kind = LabelOutcome['kind'];

interface NewAction extends Pick<LabelAction, 'annotatorId' | 'queueId' | 'runId'> {
  readonly kind: Kind;
  readonly target: number | null;
  readonly entries: readonly NewEntry[];
}

/**
 * Does all changes of an action or none, and returns when they are on disk. A face of the queue named is settled with
 * it. Throws NotFoundError, UsageError for a value that the face cannot have, ConflictError for a face that has changed.
 */
export function doLabels(library: Library, action: LabelAction): LabelOutcome {
  return durably(library, () => {
    getAnnotator(library, action.annotatorId);
    refuseStale(library, action.changes);
    for (const change of action.changes) refuseImpossible(library, action.annotatorId, change);
    const entries = action.changes.map(({ sampleId, field, value }) => ({
      sampleId,
      field,
      after: JSON.stringify(meaning(field, value)),
    }));
    return record(library, { ...action, kind: 'do', target: null, entries });
  });
}

/** Undoes the annotator's newest action by an action that puts back what was before. Throws ConflictError if none. */
export function undoLabels(library: Library, annotatorId: number): LabelOutcome {
  return durably(library, () => turn(library, annotatorId, 'undo', undoTarget(actionsOf(library, annotatorId))));
}

/** Does the action again that was undone last. Throws ConflictError where there is none, or something was done since. */
export function redoLabels(library: Library, annotatorId: number): LabelOutcome {
  return durably(library, () => turn(library, annotatorId, 'redo', redoTarget(actionsOf(library, annotatorId))));
}

interface PastAction {
  readonly id: number;
  readonly kind: Kind;
  readonly target: number | null;
}

/** The newest action that stands, walking back over those that were undone; each redo lifts one undo. */
function undoTarget(newestFirst: Iterable<PastAction>): number | null {
  let [undone, redone] = [0, 0];
  for (const { id, kind } of newestFirst) {
    if (kind === 'redo') redone += 1;
    else if (kind === 'undo' && redone > 0) redone -= 1;
    else if (kind === 'undo') undone += 1;
    else if (undone > 0) undone -= 1;
    else return id;
  }
  return null;
}

function redoTarget(newestFirst: Iterable<PastAction>): number | null {
  let redone = 0;
  for (const { kind, target } of newestFirst) {
    if (kind === 'do') return null;
    if (kind === 'redo') redone += 1;
    else if (redone > 0) redone -= 1;
    else return target;
  }
  return null;
}

const actionsOf = (library: Library, annotatorId: number): Iterable<PastAction> =>
  library.sqlite
    .prepare('SELECT id, kind, target FROM label_actions WHERE annotator_id = ? ORDER BY id DESC')
    .all(annotatorId) as PastAction[];

function turn(library: Library, annotatorId: number, kind: 'undo' | 'redo', target: number | null): LabelOutcome {
  if (target === null) throw new ConflictError(`There is nothing to ${kind}.`);
  const { queueId, runId } = library
    .prepare('SELECT queue_id AS queueId, run_id AS runId FROM label_actions WHERE id = ?')
    .get(target) as Pick<LabelAction, 'queueId' | 'runId'>;
  const rows = library.prepare(PAST_EVENTS).all({ annotatorId, target }) as PastEvent[];
  const entries =
    kind === 'redo'
      ? rows
      : rows
          .toReversed()
          .map((row) => ({ ...row, after: row.before, standing: row.field === 'label' ? row.stood : null }));
  return record(library, { annotatorId, queueId, runId, kind, target, entries });
}

interface PastEvent {
  readonly sampleId: number;
  readonly field: LabelField;
  /** JSON. */
  readonly before: string;
  readonly after: string;
  /** Where in time the annotator's label of the face stood before the event; 0 where there was none. */
  readonly stood: number;
}

const PAST_EVENTS = `SELECT t.sample_id AS sampleId, t.field, t.before, t.after, ifnull(
    (SELECT ifnull(e.standing, e.id) FROM label_events e JOIN label_actions a ON a.id = e.action_id
     WHERE e.sample_id = t.sample_id AND a.annotator_id = @annotatorId AND e.field = 'label' AND e.id < t.id
     ORDER BY e.id DESC LIMIT 1), 0) AS stood
  FROM label_events t WHERE t.action_id = @target ORDER BY t.id`;

function record(library: Library, action: NewAction): LabelOutcome {
  const { kind, queueId, entries } = action;
  const actionId = appendAction(library, { ...action, at: Date.now() });
  const sampleIds = [...new Set(entries.map(({ sampleId }) => sampleId))];
  if (queueId !== null) settle(library, queueId, sampleIds, kind);
  return { actionId, kind, faces: faceLabels(library, sampleIds), queueId };
}

/** A queue that was deleted meanwhile, or that never held a face, is left out of it. */
function settle(library: Library, queueId: number, sampleIds: readonly number[], kind: Kind): void {
  for (const id of sampleIds) {
    if (hasItem(library, queueId, id)) settleItem(library, queueId, id, kind === 'undo' ? 'waiting' : 'done');
  }
}

function refuseStale(library: Library, changes: readonly LabelChange[]): void {
  const states = faceLabels(
    library,
    changes.map(({ sampleId }) => sampleId),
  );
  const stale = states.filter((state, index) => state.revision !== changes[index]!.revision);
  if (stale.length === 0) return;
  const rows = stale.map(({ sampleId, label, annotator, revision }) => {
    const { key, datasetId } = faceOf(library, sampleId);
    const name = label === null ? 'the crowd’s word' : datasetClasses(library, datasetId)[label]!.name;
    return { key, name, by: annotator ?? '', revision };
  });
  const [first] = rows;
  throw new ConflictError(`${first!.key} was changed meanwhile: it is ${first!.name}${by(first!.by)} now.`, {
    field: 'revision',
    names: rows.map(({ key }) => key),
    table: [['face', 'label', 'by', 'revision'], ...rows.map((row) => [row.key, row.name, row.by, `${row.revision}`])],
    kept: 'Nothing was changed.',
    remedy: 'Look at the face again; what you chose can be set anew.',
  });
}

const by = (name: string): string => (name === '' ? '' : `, by ${name},`);

function refuseImpossible(library: Library, annotatorId: number, change: LabelChange): void {
  const { sampleId } = change;
  const { key, datasetId, votes } = faceOf(library, sampleId);
  const classes = datasetClasses(library, datasetId);
  if (change.field === 'label' && change.value !== null && change.value >= classes.length) {
    throw new UsageError(`The dataset of ${key} has no class ${change.value}.`, {
      field: 'label',
      names: classes.map(({ name }) => name),
    });
  }
  if (change.field !== 'votes' || change.value === null) return;
  if (change.value.length !== classes.length) {
    throw new UsageError(`${change.value.length} votes are not one for each of ${classes.length} classes.`, {
      field: 'votes',
    });
  }
  const [state] = faceLabels(library, [sampleId]);
  const own = saidOf(library, [sampleId]).get(sampleId)?.get(annotatorId)?.votes;
  const others = votes.map((count, index) => count + (state!.votes?.[index] ?? 0) - (own?.[index] ?? 0));
  const short = change.value.findIndex((added, index) => others[index]! + added < 0);
  if (short !== -1) {
    throw new UsageError(`${key} has no ${others[short]! + 1} votes for ${classes[short]!.name} to take.`, {
      field: 'votes',
      names: [classes[short]!.name],
    });
  }
}

function faceOf(library: Library, sampleId: number) {
  const row = library.prepare('SELECT key, dataset_id AS datasetId, votes FROM samples WHERE id = ?').get(sampleId) as
    | { readonly key: string; readonly datasetId: number; readonly votes: Buffer }
    | undefined;
  if (row === undefined) throw new NotFoundError(`There is no face with the number ${sampleId}.`);
  return { ...row, votes: withAddedVotes(decodeVotes(row.votes), null) };
}

/** Votes that come to nothing and an empty note are as if never given. */
function meaning(field: LabelField, value: LabelChange['value']): LabelChange['value'] {
  if (field === 'votes' && Array.isArray(value) && value.every((count) => count === 0)) return null;
  return value === '' ? null : value;
}
