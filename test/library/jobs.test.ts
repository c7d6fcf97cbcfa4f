import { describe, expect, it } from 'vitest';
import {
  createJob,
  forgetJob,
  getJob,
  jobParameters,
  listJobs,
  markInterruptedJobs,
  requeueJob,
  updateJob,
} from '../../src/main/library/jobs.ts';
import { readSettings, writeSettings } from '../../src/main/library/settings.ts';
import { ConflictError, NotFoundError } from '../../src/shared/errors.ts';
import { tempLibrary } from '../support/temp.ts';

const predict = { kind: 'predict', title: 'Predict', parameters: { runId: 7 }, datasetId: null, runId: null };

describe('jobs in the library', () => {
  it('keep their parameters, progress, result and error', () => {
    const library = tempLibrary();
    const job = createJob(library, predict);
    expect(job).toMatchObject({ status: 'queued', resumable: false, result: null, error: null });
    const progress = { phase: 'predicting', done: 3, total: 9, rate: 1.5, secondsLeft: 4 };
    updateJob(library, job.id, { status: 'running', progress, provider: 'cpu', startedAt: 5 });
    const error = { code: 'ENGINE' as const, message: 'It died.', detail: { kept: '3 faces' } };
    const failed = updateJob(library, job.id, { status: 'failed', error, endedAt: 9 });
    expect(failed).toMatchObject({ progress, provider: 'cpu', startedAt: 5, endedAt: 9, error, resumable: true });
    expect(jobParameters(library, job.id)).toEqual({ runId: 7 });
  });

  it('go back to the queue with a clean slate', () => {
    const library = tempLibrary();
    const job = createJob(library, predict);
    updateJob(library, job.id, { status: 'cancelled', result: { done: 1 }, endedAt: 1 });
    expect(requeueJob(library, job.id)).toMatchObject({ status: 'queued', result: null, endedAt: null });
  });

  it('are interrupted when the process that owned them is gone, and only then', () => {
    const library = tempLibrary();
    const running = createJob(library, predict);
    const done = createJob(library, predict);
    updateJob(library, done.id, { status: 'done' });
    expect(markInterruptedJobs(library, (pid) => pid === process.pid)).toEqual([]);
    expect(markInterruptedJobs(library, () => false).map((job) => job.id)).toEqual([running.id]);
    expect(getJob(library, running.id)).toMatchObject({ status: 'interrupted', resumable: true });
    expect(getJob(library, done.id).status).toBe('done');
  });

  it('are listed newest first and can be forgotten once they have ended', () => {
    const library = tempLibrary();
    const [first, second] = [createJob(library, predict), createJob(library, predict)];
    expect(listJobs(library).map((job) => job.id)).toEqual([second.id, first.id]);
    expect(() => forgetJob(library, first.id)).toThrow(ConflictError);
    updateJob(library, first.id, { status: 'done' });
    forgetJob(library, first.id);
    expect(() => getJob(library, first.id)).toThrow(NotFoundError);
  });
});

describe('settings', () => {
  it('have defaults and survive nonsense in the file', () => {
    const library = tempLibrary();
    expect(readSettings(library)).toEqual({ provider: 'auto', annotatorId: null });
    expect(writeSettings(library, { provider: 'cpu' })).toEqual({ provider: 'cpu', annotatorId: null });
    library.sqlite.prepare("UPDATE settings SET value = '\"abacus\"' WHERE key = 'provider'").run();
    expect(readSettings(library)).toEqual({ provider: 'auto', annotatorId: null });
  });
});
