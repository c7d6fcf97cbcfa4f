import type { BackendEvent } from '../../shared/contract/jobs.ts';
import type { Job } from '../../shared/entities.ts';
import { ConflictError, EngineError, type ErrorRecord, toErrorRecord, UsageError } from '../../shared/errors.ts';
import { type JobKindName, jobKind } from '../engine/jobs/index.ts';
import type { JobKind, Lane } from '../engine/jobs/job-kind.ts';
import { describeExit, type EngineProcess, launchEngine } from '../engine/launch.ts';
import type { EngineCommand, EngineMessage } from '../engine/messages.ts';
import type { Library } from '../library/db.ts';
import { createJob, getJob, type JobChange, liveJobs, requeueJob, updateJob } from '../library/jobs.ts';
import { watchForeignJobs } from './foreign-jobs.ts';

export interface JobRunnerOptions {
  readonly library: Library;
  /** `src/main/engine/process.ts`, or its build. */
  readonly engineEntry: string;
  publish(event: BackendEvent): void;
  /** How long an engine that was asked to stop may take before it is killed. */
  readonly graceMs?: number;
}

/** What a job is about, where that is known before it starts. */
export interface JobAbout {
  readonly datasetId?: number | null;
  readonly runId?: number | null;
}

/** Runs the backend's long jobs, each in an engine process of its own, one after another within a lane. */
export interface JobRunner {
  /** Queues a job. Throws UsageError for parameters that do not fit, ConflictError while its run is being worked on. */
  start(kind: JobKindName, parameters: unknown, about?: JobAbout): Job;
  /** Asks a job to stop within one batch; its status becomes `cancelled` when it has. */
  cancel(id: number): Job;
  /** Queues a stopped job again; it goes on where it stopped. Throws ConflictError if there is nothing to resume. */
  resume(id: number): Job;
  /** The job once it has ended, however it ended. */
  finished(id: number): Promise<Job>;
  /** Stops every job after the batch it is in and waits for that; they can be resumed later. */
  close(): Promise<void>;
}

interface Working {
  readonly engine: EngineProcess;
  readonly lane: Lane;
  stopping: EngineCommand['type'] | null;
  killTimer: NodeJS.Timeout | null;
}

const GRACE_MS = 30_000;

/** Takes over the library's jobs: those whose process is gone are marked interrupted, new ones run from now on. */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { library, publish } = options;
  const queue: number[] = [];
  const working = new Map<number, Working>();
  const waiting = new Map<number, ((job: Job) => void)[]>();
  let closed = false;

  const kindOf = (job: Job): JobKind<unknown> => jobKind(job.kind) as JobKind<unknown>;
  const isOurs = (id: number): boolean => working.has(id) || queue.includes(id);
  const foreign = watchForeignJobs({ library, isOurs, ended });

  function tell(job: Job): Job {
    publish({ type: 'job', job });
    return job;
  }

  function ended(job: Job): Job {
    tell(job);
    for (const what of kindOf(job).changes) publish({ type: 'changed', what });
    for (const resolve of waiting.get(job.id) ?? []) resolve(job);
    waiting.delete(job.id);
    return job;
  }

  const end = (id: number, change: JobChange): Job => ended(updateJob(library, id, { ...change, endedAt: Date.now() }));

  function enqueue(job: Job): Job {
    queue.push(job.id);
    tell(job);
    setImmediate(pump);
    return job;
  }

  function pump(): void {
    if (closed) return;
    for (const id of [...queue]) {
      const job = getJob(library, id);
      const { lane } = kindOf(job);
      if (job.status === 'queued' && [...working.values()].some((other) => other.lane === lane)) continue;
      queue.splice(queue.indexOf(id), 1);
      if (job.status === 'queued') launch(id, lane);
      else ended(job);
    }
  }

  function launch(id: number, lane: Lane): void {
    const engine = launchEngine(options.engineEntry, { type: 'job', libraryFile: library.file, jobId: id });
    const work: Working = { engine, lane, stopping: null, killTimer: null };
    working.set(id, work);
    engine.child.on('message', (message) => {
      const said = message as EngineMessage;
      if (said.type === 'job' && said.job.status === 'running') tell(said.job);
    });
    engine.child.once('error', (error) => settle(id, work, `it could not be started: ${error.message}`));
    engine.child.once('close', (code, signal) => settle(id, work, describeExit(code, signal)));
  }

  function settle(id: number, work: Working, how: string): void {
    if (working.get(id) !== work) return;
    if (work.killTimer !== null) clearTimeout(work.killTimer);
    working.delete(id);
    const job = getJob(library, id);
    if (job.status !== 'running' && job.status !== 'queued') ended(job);
    else if (work.stopping === 'cancel') end(id, { status: 'cancelled' });
    else end(id, { status: 'interrupted', error: deathOf(kindOf(job), how, work.engine.lastWords()) });
    pump();
  }

  function askToStop(work: Working, type: EngineCommand['type']): void {
    work.stopping ??= type;
    if (work.engine.child.connected) work.engine.child.send({ type } satisfies EngineCommand, () => {});
    work.killTimer ??= setTimeout(() => work.engine.child.kill('SIGKILL'), options.graceMs ?? GRACE_MS);
  }

  function finished(id: number): Promise<Job> {
    const job = getJob(library, id);
    if (job.status !== 'queued' && job.status !== 'running') return Promise.resolve(job);
    if (!isOurs(id)) foreign.await(id);
    return new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
  }

  function refuseBusyRun(runId: number | null | undefined): void {
    if (runId === null || runId === undefined) return;
    const busy = liveJobs(library).find(({ job }) => job.runId === runId);
    if (busy === undefined) return;
    throw new ConflictError(`Job ${busy.job.id} is already working on this run.`, {
      remedy: 'Wait for it to end, or cancel it first.',
    });
  }

  return {
    start(name, parameters, about = {}) {
      const kind = jobKind(name) as JobKind<unknown>;
      const parsed = kind.parametersSchema.safeParse(parameters);
      if (!parsed.success) {
        const issue = parsed.error.issues[0]!;
        const field = issue.path.join('.');
        throw new UsageError(`A job of the kind “${name}” cannot start: ${field} ${issue.message}`, { field });
      }
      refuseBusyRun(about.runId);
      return enqueue(
        createJob(library, {
          kind: name,
          title: kind.title(library, parsed.data),
          parameters: parsed.data,
          datasetId: about.datasetId ?? null,
          runId: about.runId ?? null,
        }),
      );
    },
    cancel(id) {
      const job = getJob(library, id);
      const work = working.get(id);
      if (work !== undefined) askToStop(work, 'cancel');
      if (work !== undefined || (job.status !== 'queued' && job.status !== 'running')) return job;
      const place = queue.indexOf(id);
      if (place >= 0) queue.splice(place, 1);
      return end(id, { status: 'cancelled' });
    },
    resume(id) {
      const job = getJob(library, id);
      if (!job.resumable) {
        throw new ConflictError(`Job ${id} is ${job.status}: there is nothing to resume.`, {
          remedy: 'Only a job that failed, was cancelled or was interrupted can be resumed.',
        });
      }
      refuseBusyRun(job.runId);
      return enqueue(requeueJob(library, id));
    },
    finished,
    async close() {
      closed = true;
      foreign.stop();
      const ends = [...working.keys()].map(finished);
      for (const work of working.values()) askToStop(work, 'stop');
      for (const id of queue.splice(0)) {
        end(id, { status: 'interrupted', error: neverStarted() });
      }
      await Promise.all(ends);
    },
  };
}

function deathOf(kind: JobKind<unknown>, how: string, words: string): ErrorRecord {
  const error = new EngineError(
    `The engine died in the middle of the job (${how})${words === '' ? '.' : `: ${words}`}`,
    {
      kept: kind.kept,
      remedy: 'Resume the job to go on where it stopped.',
    },
  );
  return toErrorRecord(error);
}

function neverStarted(): ErrorRecord {
  return toErrorRecord(
    new EngineError('Countenance was closed before the job began.', { remedy: 'Resume the job to start it.' }),
  );
}
