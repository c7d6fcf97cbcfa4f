import type { LabelEvent } from '../../shared/contract/labels.ts';
import type { Library } from './db.ts';

interface EventRow extends Omit<LabelEvent, 'before' | 'after'> {
  readonly before: string;
  readonly after: string;
}

const SELECT = `SELECT e.id, e.action_id AS actionId, a.kind, a.target, e.sample_id AS sampleId, s.key, p.name AS annotator,
  e.field, e.before, e.after, a.queue_id AS queueId, a.run_id AS runId, a.at
  FROM label_events e JOIN label_actions a ON a.id = e.action_id JOIN annotators p ON p.id = a.annotator_id
  JOIN samples s ON s.id = e.sample_id`;

const toEvent = (row: EventRow): LabelEvent => ({
  ...row,
  before: JSON.parse(row.before) as LabelEvent['before'],
  after: JSON.parse(row.after) as LabelEvent['after'],
});

/** All that ever happened to a face, the newest first. */
export const faceHistory = (library: Library, sampleId: number): LabelEvent[] =>
  (library.prepare(`${SELECT} WHERE e.sample_id = ? ORDER BY e.id DESC`).all(sampleId) as EventRow[]).map(toEvent);

export interface HistoryQuery {
  readonly datasetId: number | null;
  readonly annotatorId: number | null;
  /** Only what came before this event. */
  readonly before: number | null;
  readonly limit: number;
}

/** The newest of the log first. */
export function labelHistory(library: Library, { datasetId, annotatorId, before, limit }: HistoryQuery): LabelEvent[] {
  const rows = library
    .prepare(
      `${SELECT} WHERE (@datasetId IS NULL OR s.dataset_id = @datasetId)
         AND (@annotatorId IS NULL OR a.annotator_id = @annotatorId) AND (@before IS NULL OR e.id < @before)
       ORDER BY e.id DESC LIMIT @limit`,
    )
    .all({ datasetId, annotatorId, before, limit }) as EventRow[];
  return rows.map(toEvent);
}

/** The events after a number, the oldest first, as many as `limit`. */
export function eventsAfter(library: Library, id: number, limit: number): LabelEvent[] {
  return (library.prepare(`${SELECT} WHERE e.id > ? ORDER BY e.id LIMIT ?`).all(id, limit) as EventRow[]).map(toEvent);
}

/** The number of the newest event, 0 where there is none. */
export const newestEvent = (library: Library): number =>
  (library.prepare('SELECT max(id) FROM label_events').pluck().get() as number | null) ?? 0;
