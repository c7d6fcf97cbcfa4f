import type { LabelEvent, LabelField } from '../../shared/contract/labels.ts';
import type { Library } from './db.ts';
import { applyChange, currentValue } from './label-states.ts';

/** One change of a face to enter in the log; `after` is JSON. */
export interface NewEntry {
  readonly sampleId: number;
  readonly field: LabelField;
  readonly after: string;
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

/** Enters an action with its events and moves what is derived from them. Within a transaction of the caller's. */
export function appendAction(library: Library, action: NewLoggedAction): number {
  const { annotatorId, kind, target, queueId, runId, at, entries } = action;
  const inserted = library
    .prepare('INSERT INTO label_actions (annotator_id, kind, target, queue_id, run_id, at) VALUES (?, ?, ?, ?, ?, ?)')
    .run(annotatorId, kind, target, queueId, runId, at);
  const actionId = Number(inserted.lastInsertRowid);
  const insert = library.prepare(
    'INSERT INTO label_events (action_id, sample_id, field, before, after) VALUES (?, ?, ?, ?, ?)',
  );
  for (const { sampleId, field, after } of entries) {
    const before = currentValue(library, sampleId, annotatorId, field);
    const { lastInsertRowid } = insert.run(actionId, sampleId, field, before, after);
    applyChange(library, { id: Number(lastInsertRowid), sampleId, annotatorId, field, after, at });
  }
  return actionId;
}
