import type { Job, JobProgress } from '../../shared/entities.ts';
import { CancelledError, EngineError, type ErrorRecord, toErrorRecord } from '../../shared/errors.ts';
import { openLibrary } from '../library/db.ts';
import { getJob, type JobChange, jobParameters, updateJob } from '../library/jobs.ts';
import { jobKind } from './jobs/index.ts';
import type { JobKind } from './jobs/job-kind.ts';
import type { EngineCommand, EngineOrder } from './messages.ts';
import { say } from './say.ts';

/** Progress is written and sent no more often than this. */
const PROGRESS_EVERY_MS = 200;

type StopReason = 'cancel' | 'stop';

/**
 * Works on one job of the library to its end and returns it as it then stands: done, failed, cancelled by a person, or
 * interrupted because the backend went away. The job's row is the truth: if somebody else ends it there, work stops.
 */
export async function runJob(order: Extract<EngineOrder, { type: 'job' }>, engineEntry: string): Promise<Job> {
  const library = openLibrary(order.libraryFile, { trusted: true });
  const abort = new AbortController();
  let stopped: StopReason | null = null;
  const stop = (reason: StopReason): void => {
    stopped ??= reason;
    abort.abort(new CancelledError());
  };
  listenForStop(stop);
  const change = (what: JobChange): Job => {
    const job = updateJob(library, order.jobId, what);
    void say({ type: 'job', job });
    return job;
  };
  const kind = jobKind(getJob(library, order.jobId).kind) as JobKind<unknown>;
  let written = 0;
  let latest: JobProgress | null = null;
  const progress = (next: JobProgress): void => {
    latest = next;
    if (Date.now() - written < PROGRESS_EVERY_MS) return;
    written = Date.now();
    if (change({ progress: next }).status !== 'running') stop('cancel');
  };
  const finish = (how: JobChange): Job => {
    const stillOurs = getJob(library, order.jobId).status === 'running';
    const last = latest === null ? {} : { progress: latest };
    return updateJob(library, order.jobId, stillOurs ? { ...last, ...how, endedAt: Date.now() } : last);
  };
  try {
    change({ status: 'running', owner: process.pid, startedAt: Date.now() });
    const parameters = kind.parametersSchema.parse(jobParameters(library, order.jobId));
    const result = await kind.run({ library, parameters, signal: abort.signal, engineEntry, progress, note: change });
    return finish({ status: 'done', result });
  } catch (error) {
    if (!(error instanceof CancelledError)) return finish({ status: 'failed', error: toErrorRecord(error) });
    return finish(stopped === 'stop' ? { status: 'interrupted', error: backendGone(kind) } : { status: 'cancelled' });
  } finally {
    library.close();
  }
}

function listenForStop(stop: (reason: StopReason) => void): void {
  process.on('message', (message) => stop((message as EngineCommand).type));
  process.on('disconnect', () => stop('stop'));
  process.on('SIGTERM', () => stop('stop'));
}

function backendGone(kind: JobKind<unknown>): ErrorRecord {
  const error = new EngineError('The job stopped because Countenance was closed.', {
    kept: kind.kept,
    remedy: 'Resume the job to go on where it stopped.',
  });
  return toErrorRecord(error);
}
