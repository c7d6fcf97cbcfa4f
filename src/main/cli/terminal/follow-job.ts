import type { Job, JobProgress } from '../../../shared/entities.ts';
import { CancelledError, EngineError, fromErrorRecord } from '../../../shared/errors.ts';
import type { Session } from './command.ts';
import { count, duration } from './format.ts';

const LIVE: readonly Job['status'][] = ['queued', 'running'];

/**
 * Starts a job and follows it to its end with progress on stderr; Ctrl-C cancels it within a batch. Resolves to the
 * finished job; throws the job's own error, or CancelledError that says how to resume. `onChange` hears of each change.
 */
export async function followJob(
  session: Session,
  start: () => Promise<Job>,
  onChange: (job: Job) => Promise<void> = async () => {},
): Promise<Job> {
  const over = new AbortController();
  const events = await session.client.jobs.watch(undefined, { signal: over.signal });
  let job = await start();
  const cancel = (): void => {
    session.say('Stopping after the current batch. Press Ctrl-C again to end at once.');
    void session.client.jobs.cancel({ id: job.id });
  };
  session.interrupted.addEventListener('abort', cancel, { once: true });
  if (session.interrupted.aborted) cancel();
  try {
    if (LIVE.includes(job.status)) {
      for await (const event of events) {
        if (event.type !== 'job' || event.job.id !== job.id) continue;
        job = event.job;
        await onChange(job);
        if (!LIVE.includes(job.status)) break;
        session.progress(describe(job.title, job.progress));
      }
    }
  } finally {
    over.abort();
    session.interrupted.removeEventListener('abort', cancel);
    session.progress('');
  }
  return outcomeOf(session, job);
}

function outcomeOf(session: Session, job: Job): Job {
  if (job.status === 'done') return job;
  const remedy = `Go on with: npm run -s cli -- --library ${session.backend.library.file} jobs resume ${job.id}`;
  if (job.status === 'cancelled') {
    throw new CancelledError(`Job ${job.id} (${job.title}) was cancelled.`, {
      kept: 'All that was committed before is kept.',
      remedy,
    });
  }
  if (job.error === null) throw new EngineError(`Job ${job.id} (${job.title}) ended as ${job.status}.`, { remedy });
  throw fromErrorRecord({ ...job.error, detail: { ...job.error.detail, remedy: job.error.detail.remedy ?? remedy } });
}

/** One line about a running job: phase, how far, how fast, how long still. */
export function describe(title: string, progress: JobProgress): string {
  const { phase, done, total, rate, secondsLeft } = progress;
  const share = total === null || total === 0 ? '' : ` (${Math.floor((100 * done) / total)} %)`;
  return [
    `${title}: ${phase}`,
    total === null ? count(done) : `${count(done)} of ${count(total)}${share}`,
    rate === null ? null : `${count(Math.round(rate))} a second`,
    secondsLeft === null ? null : `${duration(secondsLeft)} left`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}
