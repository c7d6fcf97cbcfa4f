import type { LabelEvent, LabelField } from '../../shared/contract/labels.ts';
import type { Library } from './db.ts';
import { applyChange, currentValue } from './label-states.ts';

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
}

/** An action's number in the log, and those of its events in the order of its entries. */
export interface AppendedAction {
  readonly id: number;
  readonly events: readonly number[];
}

/** Enters an action with its events and moves what is derived from them. Within a transaction of the caller's. */
export function appendAction(library: Library, action: NewLoggedAction): AppendedAction {
  const { annotatorId, kind, target, queueId, runId, at, entries } = action;
  const inserted = library
    .prepare('INSERT INTO label_actions (annotator_id, kind, target, queue_id, run_id, at) VALUES (?, ?, ?, ?, ?, ?)')
    .run(annotatorId, kind, target, queueId, runId, at);
  const id = Number(inserted.lastInsertRowid);
  const insert = library.prepare(
    'INSERT INTO label_events (action_id, sample_id, field, before, after, standing) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const events = entries.map(({ sampleId, field, after, standing = null }) => {
    const before = currentValue(library, sampleId, annotatorId, field);
    const event = Number(insert.run(id, sampleId, field, before, after, standing).lastInsertRowid);
    applyChange(library, { id: event, sampleId, annotatorId, field, after, standing, at });
    return event;
  });
  return { id, events };
}
