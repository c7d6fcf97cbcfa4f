import { fork, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/main/api/foreign-jobs.ts';
import { createJobRunner, type JobRunner } from '../../src/main/api/job-runner.ts';
import { prepareRun } from '../../src/main/engine/prepare-run.ts';
import { type Library, openLibrary } from '../../src/main/library/db.ts';
import { createJob, getJob, liveJobs, updateJob } from '../../src/main/library/jobs.ts';
import { getRun } from '../../src/main/library/runs.ts';
import type { BackendEvent } from '../../src/shared/contract/jobs.ts';
import type { Job } from '../../src/shared/entities.ts';
import { ConflictError, UsageError } from '../../src/shared/errors.ts';
import { suiteFolder } from '../support/temp.ts';
import { BACKEND_PROCESS, ENGINE_ENTRY } from './entries.ts';
import { countAttempts, predictionCount, preparePrediction } from './predict-setup.ts';

const folder = suiteFolder();
const open: { runner: JobRunner; library: Library }[] = [];
let libraries = 0;

function newLibrary(): Library {
  libraries += 1;
  return openLibrary(join(folder, `library-${libraries}.sqlite`));
}

function newRunner(library: Library): { runner: JobRunner; events: BackendEvent[] } {
  const events: BackendEvent[] = [];
  const runner = createJobRunner({ library, engineEntry: ENGINE_ENTRY, publish: (event) => events.push(event) });
  open.push({ runner, library });
  return { runner, events };
}

afterEach(async () => {
  for (const { runner, library } of open.splice(0)) {
    await runner.close();
    library.close();
  }
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(3);
}

const predict = (runId: number, batchSize = 1) => ({ runId, provider: 'cpu', batchSize });
const ownerOf = (library: Library, id: number): number => liveJobs(library).find(({ job }) => job.id === id)!.owner!;
const jobsIn = (events: readonly BackendEvent[]): Job[] =>
  events.flatMap((event) => (event.type === 'job' ? [event.job] : []));

/** Every face of the run has one prediction and one embedding, and none was ever entered a second time. */
function expectEveryFaceOnce(library: Library, faces: number, attempts: number): void {
  expect(predictionCount(library)).toBe(faces);
  expect(library.sqlite.prepare('SELECT count(DISTINCT sample_id) FROM predictions').pluck().get()).toBe(faces);
  expect(library.sqlite.prepare('SELECT count(*) FROM embeddings').pluck().get()).toBe(faces);
  expect(attempts).toBe(faces);
}

describe('a prediction job', () => {
  it('reports its progress, provider and result, and says that runs have changed', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 600);
    const { runner, events } = newRunner(library);
    const started = runner.start('predict', predict(run.id), { datasetId: run.datasetId, runId: run.id });
    expect(started).toMatchObject({ status: 'queued', title: 'Predict generated with tiny-600', runId: run.id });
    const done = await runner.finished(started.id);
    expect(done).toMatchObject({ status: 'done', provider: 'cpu', error: null, resumable: false });
    expect(done.result).toMatchObject({ predicted: 600, alreadyPresent: 0, batchSize: 1, unreadable: { count: 0 } });
    expect(done.progress).toMatchObject({ phase: 'predicting', done: 600, total: 600, secondsLeft: 0 });
    expect(getRun(library, run.id)).toMatchObject({ provider: 'cpu', done: 600, complete: true });
    const partWay = jobsIn(events).filter(({ progress }) => progress.done > 0 && progress.done < 600);
    expect(partWay.length).toBeGreaterThan(0);
    for (const { progress } of partWay) {
      expect(progress.rate).toBeGreaterThan(0);
      expect(progress.secondsLeft).toBeCloseTo((600 - progress.done) / progress.rate!, 6);
    }
    expect(events.at(-1)).toEqual({ type: 'changed', what: 'runs' });
  });

  it('stops when cancelled, keeps what it committed, and resumes without repeating a face', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 900);
    const attempts = countAttempts(library);
    const { runner } = newRunner(library);
    const { id } = runner.start('predict', predict(run.id), { runId: run.id });
    await until(() => predictionCount(library) > 0);
    runner.cancel(id);
    const cancelled = await runner.finished(id);
    const kept = predictionCount(library);
    expect(cancelled).toMatchObject({ status: 'cancelled', resumable: true, error: null });
    expect(kept).toBeLessThan(900);
    expect(runner.resume(id).status).toBe('queued');
    const done = await runner.finished(id);
    expect(done).toMatchObject({ status: 'done', result: { alreadyPresent: kept, predicted: 900 - kept } });
    expectEveryFaceOnce(library, 900, attempts());
  });

  it('resumes after its engine was killed, with every face predicted exactly once', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 900);
    const attempts = countAttempts(library);
    const { runner } = newRunner(library);
    const { id } = runner.start('predict', predict(run.id), { runId: run.id });
    await until(() => predictionCount(library) > 0);
    process.kill(ownerOf(library, id), 'SIGKILL');
    const interrupted = await runner.finished(id);
    const kept = predictionCount(library);
    expect(interrupted.status).toBe('interrupted');
    expect(interrupted.error).toMatchObject({
      code: 'ENGINE',
      detail: { kept: 'The faces predicted so far are kept.' },
    });
    expect(interrupted.error!.message).toContain('SIGKILL');
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(900);
    runner.resume(id);
    const done = await runner.finished(id);
    expect(done).toMatchObject({ status: 'done', error: null, result: { alreadyPresent: kept } });
    expectEveryFaceOnce(library, 900, attempts());
  });

  it('resumes in a new backend after the former one was killed', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 900);
    const attempts = countAttempts(library);
    const backend = fork(BACKEND_PROCESS, [library.file, String(run.id)], { execArgv: [] });
    await until(() => predictionCount(library) > 0);
    const { job, owner } = liveJobs(library)[0]!;
    backend.kill('SIGKILL');
    await until(() => !isAlive(owner!));
    const kept = predictionCount(library);
    expect(kept).toBeLessThan(900);
    const { runner } = newRunner(library);
    expect(getJob(library, job.id)).toMatchObject({ status: 'interrupted', resumable: true });
    expect(getJob(library, job.id).error).toMatchObject({ code: 'ENGINE' });
    runner.resume(job.id);
    await runner.finished(job.id);
    expectEveryFaceOnce(library, 900, attempts());
  });

  it('fails when the model’s file has changed since the run began', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 11);
    writeFileSync(join(folder, 'tiny-11.onnx'), 'another file');
    const { runner } = newRunner(library);
    const failed = await runner.finished(runner.start('predict', predict(run.id), { runId: run.id }).id);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'MODEL' } });
    expect(failed.error!.detail.remedy).toMatch(/former file/);
    expect(predictionCount(library)).toBe(0);
  });

  it('never mixes two runs of the same request', async () => {
    const library = newLibrary();
    const first = await preparePrediction(library, folder, 40);
    const request = { datasetId: first.datasetId, modelId: first.modelId, splits: first.splits };
    const { runner } = newRunner(library);
    await runner.finished(runner.start('predict', predict(first.id, 16), { runId: first.id }).id);
    expect(prepareRun(library, { ...request, again: false }).id).toBe(first.id);
    const second = prepareRun(library, { ...request, again: true });
    expect(second).toMatchObject({ done: 0, total: 40 });
    await runner.finished(runner.start('predict', predict(second.id, 16), { runId: second.id }).id);
    const rows = library.sqlite.prepare('SELECT run_id, count(*) AS faces FROM predictions GROUP BY run_id').all();
    expect(rows).toEqual([
      { run_id: first.id, faces: 40 },
      { run_id: second.id, faces: 40 },
    ]);
  });

  it('leaves out faces whose image cannot be read and names them', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 12);
    const broken = library.sqlite
      .prepare('SELECT id FROM samples ORDER BY id LIMIT 1 OFFSET 4')
      .pluck()
      .get() as number;
    library.sqlite
      .prepare('UPDATE images SET bytes = ? WHERE id = (SELECT image_id FROM samples WHERE id = ?)')
      .run(Buffer.from('no image'), broken);
    const { runner } = newRunner(library);
    const done = await runner.finished(runner.start('predict', predict(run.id, 5), { runId: run.id }).id);
    expect(done).toMatchObject({
      status: 'done',
      result: { predicted: 11, unreadable: { count: 1, first: [{ sampleId: broken }] } },
    });
    expect(getRun(library, run.id)).toMatchObject({ done: 11, total: 12, complete: false });
  });
});

describe('the job runner', () => {
  it('runs the jobs of one lane one after another, and a queued job is cancelled without an engine', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 300);
    const request = { datasetId: run.datasetId, modelId: run.modelId, splits: run.splits, again: true };
    const others = [prepareRun(library, request), prepareRun(library, request)];
    const { runner, events } = newRunner(library);
    const jobs = [run, ...others].map((each) => runner.start('predict', predict(each.id), { runId: each.id }));
    expect(runner.cancel(jobs[2]!.id)).toMatchObject({ status: 'cancelled', startedAt: null });
    const ended = await Promise.all(jobs.map(({ id }) => runner.finished(id)));
    expect(ended.map(({ status }) => status)).toEqual(['done', 'done', 'cancelled']);
    expect(ended[1]!.startedAt!).toBeGreaterThanOrEqual(ended[0]!.endedAt!);
    expect(
      jobsIn(events)
        .filter(({ id }) => id === jobs[2]!.id)
        .map(({ status }) => status),
    ).toEqual(['queued', 'cancelled']);
  });

  it('refuses unfit parameters, a second job on a run in work, and the resuming of what is done', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 30);
    const { runner } = newRunner(library);
    expect(() => runner.start('predict', { runId: run.id, provider: 'abacus', batchSize: null })).toThrow(UsageError);
    const { id } = runner.start('predict', predict(run.id), { runId: run.id });
    expect(() => runner.start('predict', predict(run.id), { runId: run.id })).toThrow(ConflictError);
    await runner.finished(id);
    expect(() => runner.resume(id)).toThrow(ConflictError);
  });

  it('interrupts its jobs when closed, so that they can be resumed', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 900);
    const waiting = prepareRun(library, { ...run, again: true });
    const { runner } = newRunner(library);
    const { id } = runner.start('predict', predict(run.id), { runId: run.id });
    const queued = runner.start('predict', predict(waiting.id), { runId: waiting.id });
    await until(() => predictionCount(library) > 0);
    await runner.close();
    expect(getJob(library, id)).toMatchObject({ status: 'interrupted', resumable: true, error: { code: 'ENGINE' } });
    expect(getJob(library, queued.id)).toMatchObject({ status: 'interrupted', resumable: true, startedAt: null });
    expect(predictionCount(library)).toBeLessThan(900);
  });

  it('marks as interrupted, within moments, a job whose foreign process ends later', async () => {
    const library = newLibrary();
    const owner = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
    const job = createJob(library, {
      kind: 'predict',
      title: 'elsewhere',
      parameters: {},
      datasetId: null,
      runId: null,
    });
    updateJob(library, job.id, { status: 'running', owner: owner.pid! });
    const { runner, events } = newRunner(library);
    expect(getJob(library, job.id).status).toBe('running');
    owner.kill('SIGKILL');
    expect(await runner.finished(job.id)).toMatchObject({ status: 'interrupted', error: { code: 'ENGINE' } });
    expect(jobsIn(events).at(-1)).toMatchObject({ id: job.id, status: 'interrupted' });
  });

  it('cancels a job that another process works on by way of the library', async () => {
    const library = newLibrary();
    const run = await preparePrediction(library, folder, 900);
    const backend = fork(BACKEND_PROCESS, [library.file, String(run.id)], { execArgv: [] });
    await until(() => predictionCount(library) > 0);
    const { job, owner } = liveJobs(library)[0]!;
    const { runner } = newRunner(library);
    expect(runner.cancel(job.id).status).toBe('cancelled');
    await until(() => !isAlive(owner!));
    expect(getJob(library, job.id).status).toBe('cancelled');
    expect(predictionCount(library)).toBeLessThan(900);
    backend.kill();
  });
});
