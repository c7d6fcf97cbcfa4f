import type { Run } from '../../shared/contract/runs.ts';
import { SPLITS, type Split } from '../../shared/entities.ts';
import { NotFoundError } from '../../shared/errors.ts';
import type { ModelSpec } from '../../shared/model-spec.ts';
import type { Library } from './db.ts';

interface RunRow {
  readonly id: number;
  readonly dataset_id: number;
  readonly model_id: number;
  readonly model_name: string;
  readonly model_sha256: string;
  readonly spec: string;
  readonly class_indices: string;
  readonly splits: string;
  readonly provider: string;
  readonly seconds: number;
  readonly created_at: number;
  readonly ended_at: number | null;
}

/** What identifies a run: the same model file and spec over the same splits of the same dataset. */
export interface NewRun {
  readonly datasetId: number;
  readonly modelId: number;
  readonly modelSha256: string;
  readonly spec: ModelSpec;
  /** Dataset class of each model class. */
  readonly classIndices: readonly number[];
  readonly splits: readonly Split[];
  readonly provider: string;
}

/** A run with what the engine needs to go on with it. */
export interface RunRecord extends Run {
  readonly modelSha256: string;
  readonly spec: ModelSpec;
  readonly classIndices: readonly number[];
}

const SELECT = 'SELECT r.*, m.name AS model_name FROM runs r JOIN models m ON m.id = r.model_id';

/** Starts a run with no predictions. */
export function createRun(library: Library, run: NewRun): RunRecord {
  const result = library
    .prepare(
      `INSERT INTO runs (dataset_id, model_id, model_sha256, spec, class_indices, splits, provider, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      run.datasetId,
      run.modelId,
      run.modelSha256,
      JSON.stringify(run.spec),
      JSON.stringify(run.classIndices),
      JSON.stringify(orderedSplits(run.splits)),
      run.provider,
      Date.now(),
    );
  return getRun(library, Number(result.lastInsertRowid));
}

/** The newest run that the same request made before, finished or not, or null. */
export function findSameRun(library: Library, run: Omit<NewRun, 'provider'>): RunRecord | null {
  const id = library
    .prepare(
      `SELECT id FROM runs WHERE dataset_id = ? AND model_id = ? AND model_sha256 = ? AND spec = ?
         AND class_indices = ? AND splits = ? ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .get(
      run.datasetId,
      run.modelId,
      run.modelSha256,
      JSON.stringify(run.spec),
      JSON.stringify(run.classIndices),
      JSON.stringify(orderedSplits(run.splits)),
    ) as number | undefined;
  return id === undefined ? null : getRun(library, id);
}

/** One run. Throws NotFoundError. */
export function getRun(library: Library, id: number): RunRecord {
  const row = library.prepare(`${SELECT} WHERE r.id = ?`).get(id) as RunRow | undefined;
  if (row === undefined) throw new NotFoundError(`There is no run with the number ${id}.`);
  return toRecord(library, row);
}

/** The runs over one dataset, or over all, newest first. */
export function listRuns(library: Library, datasetId: number | null): RunRecord[] {
  const rows = library
    .prepare(`${SELECT} WHERE ? IS NULL OR r.dataset_id = ? ORDER BY r.id DESC`)
    .all(datasetId, datasetId) as RunRow[];
  return rows.map((row) => toRecord(library, row));
}

/** Marks a run as ended now, and says which provider it ran on. */
export function endRun(library: Library, id: number, provider: string): void {
  library.prepare('UPDATE runs SET ended_at = ?, provider = ? WHERE id = ?').run(Date.now(), provider, id);
}

/** Records the provider that a run is using. */
export function setRunProvider(library: Library, id: number, provider: string): void {
  library.prepare('UPDATE runs SET provider = ? WHERE id = ?').run(provider, id);
}

/** Removes a run with its predictions and embeddings; returns how many predictions went. */
export function removeRun(library: Library, id: number): number {
  const run = getRun(library, id);
  library.prepare('DELETE FROM runs WHERE id = ?').run(id);
  return run.done;
}

/** The next `limit` samples after `afterId` that the run covers and has not predicted, by ascending id. */
export function pendingSamples(library: Library, run: RunRecord, afterId: number, limit: number): number[] {
  return library
    .prepare(
      `SELECT s.id FROM samples s INDEXED BY samples_view
       WHERE s.dataset_id = ? AND s.id > ? AND s.split IN (SELECT value FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM predictions p WHERE p.run_id = ? AND p.sample_id = s.id)
       ORDER BY s.id LIMIT ?`,
    )
    .pluck()
    .all(run.datasetId, afterId, splitNumbers(run.splits), run.id, limit) as number[];
}

function toRecord(library: Library, row: RunRow): RunRecord {
  const splits = JSON.parse(row.splits) as Split[];
  const done = library.prepare('SELECT count(*) FROM predictions WHERE run_id = ?').pluck().get(row.id) as number;
  const total = library
    .prepare(
      `SELECT coalesce(sum(count), 0) FROM class_counts
       WHERE dataset_id = ? AND split IN (SELECT value FROM json_each(?))`,
    )
    .pluck()
    .get(row.dataset_id, splitNumbers(splits)) as number;
  return {
    id: row.id,
    datasetId: row.dataset_id,
    modelId: row.model_id,
    modelName: row.model_name,
    modelSha256: row.model_sha256,
    spec: JSON.parse(row.spec) as ModelSpec,
    classIndices: JSON.parse(row.class_indices) as number[],
    splits,
    provider: row.provider,
    done,
    total,
    complete: done >= total,
    facesPerSecond: row.seconds > 0 && done > 0 ? done / row.seconds : null,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}

const orderedSplits = (splits: readonly Split[]): Split[] => SPLITS.filter((split) => splits.includes(split));

const splitNumbers = (splits: readonly Split[]): string => JSON.stringify(splits.map((split) => SPLITS.indexOf(split)));
