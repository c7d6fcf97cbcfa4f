import type { LabelEvent, LabelField } from '../../../shared/contract/labels.ts';
import type { HistoryAction, HistoryChange } from '../../import/label-files/history.ts';
import { datasetClasses } from '../datasets.ts';
import type { Library } from '../db.ts';
import { isoTime } from './label-export.ts';

interface EventRow {
  readonly id: number;
  readonly action: number;
  readonly kind: LabelEvent['kind'];
  readonly target: number | null;
  readonly annotator: string;
  readonly at: number;
  readonly queue: string | null;
  readonly run: string | null;
  readonly face: string;
  readonly field: LabelField;
  readonly before: string;
  readonly after: string;
  readonly standing: number | null;
}

/** The queue and run of an action by name: as they are here, or as the file told that it came from. */
const EVENTS = `SELECT e.id, t.id AS action, t.kind, t.target, a.name AS annotator, t.at,
  coalesce(o.queue, q.name, 'queue ' || t.queue_id) AS queue,
  coalesce(o.run, m.name || ', run ' || t.run_id, 'run ' || t.run_id) AS run,
  s.key AS face, e.field, e.before, e.after, e.standing
  FROM label_events e JOIN samples s ON s.id = e.sample_id JOIN label_actions t ON t.id = e.action_id
  JOIN annotators a ON a.id = t.annotator_id LEFT JOIN label_action_origins o ON o.action_id = t.id
  LEFT JOIN queues q ON q.id = t.queue_id LEFT JOIN runs r ON r.id = t.run_id LEFT JOIN models m ON m.id = r.model_id
  WHERE s.dataset_id = ? ORDER BY e.id`;

/** An action of the log and how a file tells it. */
export interface NumberedAction {
  readonly id: number;
  readonly record: HistoryAction;
}

/** The log of a dataset, oldest first, told by names and by numbers that count from 1. */
export function historyRecords(library: Library, datasetId: number): NumberedAction[] {
  const classes = datasetClasses(library, datasetId).map(({ name }) => name);
  const actions: (Omit<NumberedAction, 'record'> & { record: HistoryAction & { changes: HistoryChange[] } })[] = [];
  const numbers = new Map<number, number>();
  const places = new Map<number, number>();
  for (const row of library.prepare(EVENTS).all(datasetId) as EventRow[]) {
    if (actions.at(-1)?.id !== row.action) {
      numbers.set(row.action, actions.length + 1);
      const { annotator, kind, target, queue, run, at } = row;
      const undone = target === null ? null : (numbers.get(target) ?? null);
      const number = actions.length + 1;
      actions.push({
        id: row.action,
        record: { type: 'action', number, annotator, kind, target: undone, queue, run, at: isoTime(at), changes: [] },
      });
    }
    places.set(row.id, places.size + 1);
    const standing = row.standing === null ? undefined : (places.get(row.standing) ?? 0);
    const change = changeOf(row, classes);
    actions.at(-1)!.record.changes.push(standing === undefined ? change : { ...change, standing });
  }
  return actions;
}

function changeOf({ face, field, before, after }: EventRow, classes: readonly string[]): HistoryChange {
  const named = (json: string): unknown => {
    const value = JSON.parse(json) as number | string | number[] | null;
    if (value === null || field === 'note') return value;
    return field === 'label' ? classes[value as number]! : votesByName(value as number[], classes);
  };
  return { face, field, before: named(before), after: named(after) } as HistoryChange;
}

const votesByName = (votes: readonly number[], classes: readonly string[]): Record<string, number> =>
  Object.fromEntries(votes.flatMap((count, index) => (count === 0 ? [] : [[classes[index]!, count]])));
