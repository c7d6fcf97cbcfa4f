import type { NewQueue, Queue } from '../../shared/contract/queues.ts';
import type { SampleFilter } from '../../shared/entities.ts';
import { ConflictError, NotFoundError } from '../../shared/errors.ts';
import type { Library } from './db.ts';
import { queueProgress } from './queue-items.ts';

/** A queue as the library knows it; what an order is called in words is the analysis room's. */
export type QueueRecord = Omit<Queue, 'orderLabel' | 'scoreLabel'>;

interface QueueRow {
  readonly id: number;
  readonly name: string;
  readonly dataset_id: number;
  readonly dataset: string;
  readonly run_id: number | null;
  readonly model: string | null;
  readonly filter: string;
  readonly order_name: string;
  readonly seed: number;
  readonly balanced: number;
  readonly size_limit: number | null;
  readonly position: number;
  readonly created_at: number;
  readonly filled_at: number;
}

const SELECT = `SELECT q.*, d.name AS dataset, m.name AS model FROM queues q JOIN datasets d ON d.id = q.dataset_id
  LEFT JOIN runs r ON r.id = q.run_id LEFT JOIN models m ON m.id = r.model_id`;

/** A face for a queue; those of the greatest scores come first. */
export interface RankedFace {
  readonly sampleId: number;
  readonly score: number;
}

/** Saves a queue with its faces in their order. Throws ConflictError if the name is taken. */
export function createQueue(library: Library, queue: NewQueue, faces: readonly RankedFace[]): QueueRecord {
  return library.transaction(() => {
    refuseTakenName(library, queue.name, null);
    const now = Date.now();
    const result = library
      .prepare(
        `INSERT INTO queues (name, dataset_id, run_id, filter, order_name, seed, balanced, size_limit, created_at, filled_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        queue.name,
        queue.datasetId,
        queue.runId,
        JSON.stringify(queue.filter),
        queue.order,
        queue.seed,
        queue.balanced ? 1 : 0,
        queue.limit,
        now,
        now,
      );
    const id = Number(result.lastInsertRowid);
    append(library, id, faces);
    return getQueue(library, id);
  });
}

/** Appends the faces that the queue does not hold yet; returns how many. Those it holds stay as they are. */
export function refillQueue(library: Library, id: number, faces: readonly RankedFace[]): number {
  return library.transaction(() => {
    getQueue(library, id);
    library.prepare('UPDATE queues SET filled_at = ? WHERE id = ?').run(Date.now(), id);
    return append(library, id, faces);
  });
}

function append(library: Library, id: number, faces: readonly RankedFace[]): number {
  const held = new Set(library.prepare('SELECT sample_id FROM queue_items WHERE queue_id = ?').pluck().all(id));
  const insert = library.prepare(
    `INSERT INTO queue_items (queue_id, position, sample_id, score)
     SELECT ?, ? + key, value ->> 0, value ->> 1 FROM json_each(?)`,
  );
  const first = (library
    .prepare('SELECT coalesce(max(position) + 1, 0) FROM queue_items WHERE queue_id = ?')
    .pluck()
    .get(id) ?? 0) as number;
  const added = faces.filter(({ sampleId }) => !held.has(sampleId));
  insert.run(id, first, JSON.stringify(added.map(({ sampleId, score }) => [sampleId, score])));
  return added.length;
}

/** One queue with its progress. Throws NotFoundError. */
export function getQueue(library: Library, id: number): QueueRecord {
  const row = library.prepare(`${SELECT} WHERE q.id = ?`).get(id) as QueueRow | undefined;
  if (row === undefined) throw new NotFoundError(`There is no queue with the number ${id}.`);
  return toQueue(library, row);
}

/** A queue by its name, or null. */
export function findQueue(library: Library, name: string): QueueRecord | null {
  const row = library.prepare(`${SELECT} WHERE q.name = ?`).get(name) as QueueRow | undefined;
  return row === undefined ? null : toQueue(library, row);
}

/** The queues over one dataset, or over all, newest first. */
export function listQueues(library: Library, datasetId: number | null): QueueRecord[] {
  const rows = library
    .prepare(`${SELECT} WHERE ? IS NULL OR q.dataset_id = ? ORDER BY q.id DESC`)
    .all(datasetId, datasetId) as QueueRow[];
  return rows.map((row) => toQueue(library, row));
}

/** Gives a queue another name. Throws ConflictError if it is taken, NotFoundError. */
export function renameQueue(library: Library, id: number, name: string): QueueRecord {
  return library.transaction(() => {
    refuseTakenName(library, name, id);
    library.prepare('UPDATE queues SET name = ? WHERE id = ?').run(name, id);
    return getQueue(library, id);
  });
}

/** Removes a queue with its progress; faces and labels stay. Throws NotFoundError. */
export function removeQueue(library: Library, id: number): void {
  getQueue(library, id);
  library.prepare('DELETE FROM queues WHERE id = ?').run(id);
}

/** Keeps where the queue's reader is, at most behind its last face. */
export function moveQueue(library: Library, id: number, position: number): QueueRecord {
  library
    .prepare(
      `UPDATE queues SET position =
         min(?, (SELECT coalesce(max(position) + 1, 0) FROM queue_items WHERE queue_id = queues.id)) WHERE id = ?`,
    )
    .run(position, id);
  return getQueue(library, id);
}

function refuseTakenName(library: Library, name: string, besides: number | null): void {
  const id = library.prepare('SELECT id FROM queues WHERE name = ?').pluck().get(name) as number | undefined;
  if (id === undefined || id === besides) return;
  throw new ConflictError(`There is already a queue named “${name}”.`, {
    field: 'name',
    remedy: 'Choose another name, or remove the other queue first.',
  });
}

function toQueue(library: Library, row: QueueRow): QueueRecord {
  return {
    id: row.id,
    name: row.name,
    datasetId: row.dataset_id,
    dataset: row.dataset,
    runId: row.run_id,
    model: row.model,
    filter: JSON.parse(row.filter) as SampleFilter,
    order: row.order_name,
    seed: row.seed,
    balanced: row.balanced === 1,
    limit: row.size_limit,
    position: row.position,
    createdAt: row.created_at,
    filledAt: row.filled_at,
    ...queueProgress(library, row.id),
  };
}
