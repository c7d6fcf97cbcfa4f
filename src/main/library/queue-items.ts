import type { ItemStatus, Queue, QueueItem } from '../../shared/contract/queues.ts';
import { NotFoundError } from '../../shared/errors.ts';
import type { Library } from './db.ts';
import { labelRevisions } from './label-revisions.ts';
import { tilesOf } from './samples.ts';

type Progress = Pick<Queue, 'total' | 'done' | 'skipped' | 'remaining' | 'changed'>;

interface ItemRow {
  readonly position: number;
  readonly sample_id: number;
  readonly score: number;
  readonly status: ItemStatus;
  readonly revision: number | null;
  readonly settled_at: number | null;
}

/** How many faces of a queue are settled and how many are open; a settled face whose label changed since is open. */
export function queueProgress(library: Library, queueId: number): Progress {
  const counts = { waiting: 0, done: 0, skipped: 0 };
  const rows = library
    .prepare('SELECT status, count(*) AS count FROM queue_items WHERE queue_id = ? GROUP BY status')
    .all(queueId) as { status: ItemStatus; count: number }[];
  for (const { status, count } of rows) counts[status] = count;
  const changed = changedItems(library, queueId);
  for (const { status } of changed) counts[status] -= 1;
  const remaining = counts.waiting + changed.length;
  const total = remaining + counts.done + counts.skipped;
  return { total, done: counts.done, skipped: counts.skipped, remaining, changed: changed.length };
}

/** The faces of a queue from a position on, as many as `limit`, in its order, with the run's word beside each. */
export function queueItems(library: Library, queueId: number, offset: number, limit: number): QueueItem[] {
  const rows = library
    .prepare('SELECT * FROM queue_items WHERE queue_id = ? AND position >= ? ORDER BY position LIMIT ?')
    .all(queueId, offset, limit) as ItemRow[];
  return toItems(library, queueId, rows);
}

/**
 * The nearest open face at `from` or after it, and then from the start; backwards, the nearest before or at `from`.
 * Null where there is none.
 */
export function nextItem(library: Library, queueId: number, from: number, backwards: boolean): QueueItem | null {
  const open = openPositions(library, queueId);
  const position = backwards ? open.findLast((each) => each <= from) : (open.find((each) => each >= from) ?? open[0]);
  if (position === undefined) return null;
  return queueItems(library, queueId, position, 1)[0] ?? null;
}

/**
 * Settles a face at the revision that its label has now, or puts it back with `waiting`. Within a transaction of the
 * caller's it is committed with the label's change. Throws NotFoundError where the queue does not hold the face.
 */
export function settleItem(library: Library, queueId: number, sampleId: number, status: ItemStatus): void {
  const waiting = status === 'waiting';
  const { changes } = library
    .prepare('UPDATE queue_items SET status = ?, revision = ?, settled_at = ? WHERE queue_id = ? AND sample_id = ?')
    .run(
      status,
      waiting ? null : (labelRevisions(library, [sampleId]).get(sampleId) ?? 0),
      waiting ? null : Date.now(),
      queueId,
      sampleId,
    );
  if (changes === 0) throw new NotFoundError(`Queue ${queueId} does not hold face ${sampleId}.`);
}

/** Whether a queue holds a face. */
export const hasItem = (library: Library, queueId: number, sampleId: number): boolean =>
  library.prepare('SELECT 1 FROM queue_items WHERE queue_id = ? AND sample_id = ?').get(queueId, sampleId) !==
  undefined;

/** Puts every skipped face of a queue back. */
export function unskipItems(library: Library, queueId: number): void {
  library
    .prepare(
      `UPDATE queue_items SET status = 'waiting', revision = NULL, settled_at = NULL
       WHERE queue_id = ? AND status = 'skipped'`,
    )
    .run(queueId);
}

function openPositions(library: Library, queueId: number): readonly number[] {
  const waiting = library
    .prepare(`SELECT position FROM queue_items WHERE queue_id = ? AND status = 'waiting' ORDER BY position`)
    .pluck()
    .all(queueId) as number[];
  const changed = changedItems(library, queueId).map(({ position }) => position);
  return changed.length === 0 ? waiting : [...waiting, ...changed].toSorted((a, b) => a - b);
}

/** The settled faces whose labels have been changed since. */
function changedItems(library: Library, queueId: number): readonly ItemRow[] {
  const settled = library
    .prepare(`SELECT * FROM queue_items WHERE queue_id = ? AND status IN ('done', 'skipped')`)
    .all(queueId) as ItemRow[];
  return settled.filter(hasChanged(library, settled));
}

function hasChanged(library: Library, rows: readonly ItemRow[]): (row: ItemRow) => boolean {
  const settled = rows.filter(({ status }) => status !== 'waiting').map((row) => row.sample_id);
  const revisions = labelRevisions(library, settled);
  return (row) => row.status !== 'waiting' && (revisions.get(row.sample_id) ?? 0) !== row.revision;
}

function toItems(library: Library, queueId: number, rows: readonly ItemRow[]): QueueItem[] {
  const runId = library.prepare('SELECT run_id FROM queues WHERE id = ?').pluck().get(queueId) as number | null;
  const changed = hasChanged(library, rows);
  const tiles = tilesOf(
    library,
    rows.map((row) => row.sample_id),
    runId,
  );
  return rows.map((row, index) => ({
    position: row.position,
    score: row.score,
    status: row.status,
    changed: changed(row),
    settledAt: row.settled_at,
    tile: tiles[index]!,
  }));
}
