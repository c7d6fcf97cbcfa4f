import { importReportSchema } from '../../../shared/contract/imports.ts';
import type { Job } from '../../../shared/entities.ts';
import { formatCount, formatDuration, formatRate } from '../../format.ts';

/** Done and total for a progress bar; a job that ended shows a whole or a stopped bar, never an endless one. */
export function progressTotals(job: Job): { done: number; total: number | null } {
  const { done, total } = job.progress;
  if (job.status === 'done') return { done: 1, total: 1 };
  if (job.status === 'running') return { done, total };
  return { done, total: total ?? Math.max(done, 1) };
}

/** Seconds the job has been at work so far, or took. */
export const jobSeconds = (job: Job, now: number): number | null =>
  job.startedAt === null ? null : Math.max(0, (job.endedAt ?? now) - job.startedAt) / 1000;

/** One line on how far a job is: phase, counts, speed beside its provider, and the time left or taken. */
export function progressText(job: Job, show: { readonly time: boolean } = { time: true }): string {
  const { phase, done, total, rate, secondsLeft } = job.progress;
  if (job.status === 'queued') return 'waiting for its turn';
  const running = job.status === 'running';
  const took = jobSeconds(job, Date.now());
  return [
    running && phase !== '' ? phase : null,
    total === null ? (done > 0 ? formatCount(done) : null) : `${formatCount(done)} of ${formatCount(total)}`,
    rate === null ? null : `${formatRate(rate)}${job.provider === null ? '' : ` on ${job.provider}`}`,
    running && secondsLeft !== null ? `${formatDuration(secondsLeft)} left` : null,
    show.time && !running && took !== null ? formatDuration(took) : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

/** What a finished import brought, in one line; empty for any other job. */
export function resultText(job: Job): string {
  const report = importReportSchema.safeParse(job.result);
  if (!report.success) return '';
  const skipped = Object.values(report.data.skipped).reduce((sum, count) => sum + count, 0);
  return [
    `${formatCount(report.data.imported)} imported`,
    report.data.alreadyPresent > 0 ? `${formatCount(report.data.alreadyPresent)} already present` : null,
    skipped > 0 ? `${formatCount(skipped)} skipped` : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
}
