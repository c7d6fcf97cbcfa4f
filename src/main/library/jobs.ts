import type { Job, JobProgress, JobStatus } from '../../shared/entities.ts';
import { ConflictError, type ErrorRecord, NotFoundError } from '../../shared/errors.ts';
import type { Library } from './db.ts';

interface JobRow {
  readonly id: number;
  readonly kind: string;
  readonly title: string;
  readonly parameters: string;
  readonly status: JobStatus;
  readonly progress: string;
  readonly provider: string | null;
  readonly dataset_id: number | null;
  readonly run_id: number | null;
  readonly result: string | null;
  readonly error: string | null;
  readonly owner: number | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
}

export interface NewJob {
  readonly kind: string;
  readonly title: string;
  readonly parameters: unknown;
  readonly datasetId: number | null;
  readonly runId: number | null;
}

/** What may change of a job while it lives; an absent field stays as it is. */
export interface JobChange {
  readonly status?: JobStatus;
  readonly progress?: JobProgress;
  readonly provider?: string | null;
  readonly datasetId?: number | null;
  readonly runId?: number | null;
  readonly result?: unknown;
  readonly error?: ErrorRecord | null;
  /** The process that now works on the job. */
  readonly owner?: number;
  readonly startedAt?: number;
  readonly endedAt?: number | null;
}

const NO_PROGRESS: JobProgress = { phase: 'waiting', done: 0, total: null, rate: null, secondsLeft: null };
const RESUMABLE: readonly JobStatus[] = ['failed', 'cancelled', 'interrupted'];

/** Enters a queued job owned by this process. */
export function createJob(library: Library, job: NewJob): Job {
  const result = library
    .prepare(
      `INSERT INTO jobs (kind, title, parameters, status, progress, dataset_id, run_id, owner, created_at)
       VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?)`,
    )
    .run(
      job.kind,
      job.title,
      JSON.stringify(job.parameters),
      JSON.stringify(NO_PROGRESS),
      job.datasetId,
      job.runId,
      process.pid,
      Date.now(),
    );
  return getJob(library, Number(result.lastInsertRowid));
}

/** Writes what changed and returns the job as it now stands. */
export function updateJob(library: Library, id: number, change: JobChange): Job {
  const columns: [string, unknown][] = [];
  const put = (column: string, value: unknown): unknown => columns.push([column, value]);
  if (change.status !== undefined) put('status', change.status);
  if (change.progress !== undefined) put('progress', JSON.stringify(change.progress));
  if (change.provider !== undefined) put('provider', change.provider);
  if (change.datasetId !== undefined) put('dataset_id', change.datasetId);
  if (change.runId !== undefined) put('run_id', change.runId);
  if (change.result !== undefined) put('result', JSON.stringify(change.result));
  if (change.error !== undefined) put('error', change.error === null ? null : JSON.stringify(change.error));
  if (change.owner !== undefined) put('owner', change.owner);
  if (change.startedAt !== undefined) put('started_at', change.startedAt);
  if (change.endedAt !== undefined) put('ended_at', change.endedAt);
  if (columns.length > 0) {
    const assignments = columns.map(([column]) => `${column} = ?`).join(', ');
    library.prepare(`UPDATE jobs SET ${assignments} WHERE id = ?`).run(...columns.map(([, value]) => value), id);
  }
  return getJob(library, id);
}

/** Puts a stopped job back in the queue, owned by this process, keeping its parameters. */
export function requeueJob(library: Library, id: number): Job {
  library
    .prepare(
      `UPDATE jobs SET status = 'queued', progress = ?, error = NULL, result = NULL, owner = ?, ended_at = NULL
       WHERE id = ?`,
    )
    .run(JSON.stringify(NO_PROGRESS), process.pid, id);
  return getJob(library, id);
}

/** One job. Throws NotFoundError. */
export function getJob(library: Library, id: number): Job {
  return toJob(rowOf(library, id));
}

/** What a job was asked to do, as it was given to `createJob`. */
export function jobParameters(library: Library, id: number): unknown {
  return JSON.parse(rowOf(library, id).parameters);
}

/** The newest `limit` jobs, newest first. */
export function listJobs(library: Library, limit = 500): Job[] {
  return (library.prepare('SELECT * FROM jobs ORDER BY id DESC LIMIT ?').all(limit) as JobRow[]).map(toJob);
}

/** The jobs that are queued or running, in the order of their making, each with the process that works on it. */
export function liveJobs(library: Library): { readonly job: Job; readonly owner: number | null }[] {
  const rows = library
    .prepare("SELECT * FROM jobs WHERE status IN ('queued', 'running') ORDER BY id")
    .all() as JobRow[];
  return rows.map((row) => ({ job: toJob(row), owner: row.owner }));
}

/** Removes an ended job's record; what it made stays. Throws ConflictError while it is queued or running. */
export function forgetJob(library: Library, id: number): void {
  const { status } = rowOf(library, id);
  if (status === 'queued' || status === 'running') {
    throw new ConflictError(`Job ${id} is ${status}.`, { remedy: 'Cancel it first.' });
  }
  library.prepare('DELETE FROM jobs WHERE id = ?').run(id);
}

/** Marks as interrupted every live job whose owning process is gone; returns them. */
export function markInterruptedJobs(library: Library, isAlive: (pid: number, jobId: number) => boolean): Job[] {
  const live = library.prepare("SELECT * FROM jobs WHERE status IN ('queued', 'running')").all() as JobRow[];
  return live
    .filter((row) => row.owner === null || !isAlive(row.owner, row.id))
    .map((row) => updateJob(library, row.id, { status: 'interrupted', endedAt: Date.now() }));
}

function rowOf(library: Library, id: number): JobRow {
  const row = library.prepare('SELECT * FROM jobs WHERE id = ?').get(id) as JobRow | undefined;
  if (row === undefined) throw new NotFoundError(`There is no job with the number ${id}.`);
  return row;
}

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    status: row.status,
    progress: JSON.parse(row.progress) as JobProgress,
    provider: row.provider,
    datasetId: row.dataset_id,
    runId: row.run_id,
    result: row.result === null ? null : JSON.parse(row.result),
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorRecord),
    resumable: RESUMABLE.includes(row.status),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
