import type { Job } from '../../shared/entities.ts';
import { EngineError, toErrorRecord } from '../../shared/errors.ts';
import type { Library } from '../library/db.ts';
import { getJob, liveJobs, markInterruptedJobs, updateJob } from '../library/jobs.ts';

const LOOK_EVERY_MS = 1000;

export interface ForeignJobOptions {
  readonly library: Library;
  isOurs(id: number): boolean;
  /** Called with every job of another process once it has ended or its process is gone. */
  ended(job: Job): unknown;
}

/**
 * Looks after the jobs that other processes left or still work on in the same library: marks those whose process is
 * gone as interrupted, now and then again, and reports each that ends. `await` makes sure of one job's report.
 */
export function watchForeignJobs(options: ForeignJobOptions): { await(id: number): void; stop(): void } {
  const { library } = options;
  let known = new Set<number>();
  const look = (): void => {
    for (const job of markInterruptedJobs(library, (pid, id) => options.isOurs(id) || isAlive(pid)))
      explain(library, job);
    const live = foreignJobs();
    for (const id of known) {
      if (!live.has(id) && !options.isOurs(id)) options.ended(getJob(library, id));
    }
    known = live;
  };
  const foreignJobs = (): Set<number> =>
    new Set(
      liveJobs(library)
        .map(({ job }) => job.id)
        .filter((id) => !options.isOurs(id)),
    );
  known = foreignJobs();
  look();
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return { await: (id) => void known.add(id), stop: () => clearInterval(timer) };
}

/** Whether a process with that id runs; one that belongs to somebody else counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function explain(library: Library, job: Job): void {
  const error = new EngineError('The program that worked on this job was ended.', {
    kept: 'All that it had committed is kept.',
    remedy: 'Resume the job to go on where it stopped.',
  });
  updateJob(library, job.id, { error: toErrorRecord(error) });
}
