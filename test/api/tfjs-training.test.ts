import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/main/api/backend.ts';
import type { TrainResult } from '../../src/main/engine/jobs/train.ts';
import { runFiles } from '../../src/main/engine/training/run/folder.ts';
import { loadSafetensors } from '../../src/main/engine/weights/safetensors.ts';
import { stepsOf } from '../../src/main/library/trainings.ts';
import type { TrainConfig, TrainConfigInput } from '../../src/shared/train-config.ts';
import { suiteFolder } from '../support/temp.ts';
import { registerTiny, tinyTraining, trainingBackend, writeTinyModel } from './training-setup.ts';

const folder = suiteFolder();
let model: string;
let libraries = 0;
let backend: Backend;

beforeAll(async () => {
  mkdirSync(join(folder, 'tiny'));
  model = await writeTinyModel(join(folder, 'tiny'));
});

afterEach(() => backend.close());

async function openBackend(): Promise<Backend> {
  libraries += 1;
  const place = join(folder, `library-${libraries}`);
  mkdirSync(place);
  backend = await trainingBackend(place, 'library');
  await registerTiny(backend.library, model);
  return backend;
}

/** Thirty steps of resizer and head by plain gradient descent, in which nothing blows up rounding errors. */
const tuning = (changes: Partial<TrainConfigInput> = {}): TrainConfig =>
  tinyTraining({ parts: ['resizer', 'head'], optimizer: { name: 'sgd' }, epochs: 3, trainer: 'tfjs', ...changes });

async function finished(jobId: number): Promise<TrainResult> {
  const ended = await backend.context.jobs.finished(jobId);
  expect(ended).toMatchObject({ status: 'done', error: null });
  return ended.result as TrainResult;
}

const get = (id: number) => backend.client.trainings.get({ id, afterStep: 0 });

async function lastWeights(id: number) {
  const { training } = await get(id);
  return loadSafetensors(runFiles(training.folder).last);
}

async function expectSameWeights(found: number, expected: number): Promise<void> {
  const [ours, theirs] = [await lastWeights(found), await lastWeights(expected)];
  for (const [key, { data }] of theirs) {
    const other = ours.get(key)!.data as Float32Array;
    for (const [at, value] of (data as Float32Array).entries()) expect(Math.abs(other[at]! - value)).toBeLessThan(1e-3);
  }
}

describe('a run by the tfjs trainer', () => {
  it('takes the course of one by the onnx trainer, and says on what it ran', async () => {
    const { client } = await openBackend();
    const [onnx, tfjs] = [
      await client.trainings.start(tuning({ trainer: 'onnx' })),
      await client.trainings.start(tuning()),
    ];
    expect((await finished(onnx.job.id)).notice).toBeNull();
    expect((await finished(tfjs.job.id)).notice).toMatch(
      /^TensorFlow.js computes on its own cpu backend, which is slow/,
    );
    const [expected, found] = [await get(onnx.training.id), await get(tfjs.training.id)];
    expect(found.training).toMatchObject({ provider: 'cpu, tfjs (slow: not native)', config: { trainer: 'tfjs' } });
    expect((await client.jobs.get({ id: tfjs.job.id })).provider).toBe('cpu, tfjs (slow: not native)');
    expect(found.steps).toHaveLength(30);
    for (const [at, { loss, learningRate }] of expected.steps.entries()) {
      expect(found.steps[at]!.loss).toBeCloseTo(loss, 3);
      expect(found.steps[at]!.learningRate).toBe(learningRate);
    }
    expect(found.epochs.map(({ accuracy }) => accuracy)).toEqual(expected.epochs.map(({ accuracy }) => accuracy));
    await expectSameWeights(tfjs.training.id, onnx.training.id);
  });

  it('is gone on with by the onnx trainer where it stopped', async () => {
    const { client, library, context } = await openBackend();
    const undisturbed = await client.trainings.start(tuning());
    await finished(undisturbed.job.id);
    const { training, job } = await client.trainings.start(tuning());
    while (stepsOf(library, training.id).length < 4) await pause(2);
    await client.jobs.cancel({ id: job.id });
    expect((await context.jobs.finished(job.id)).status).toBe('cancelled');
    await client.trainings.resume({ id: training.id, trainer: 'onnx' });
    await finished(job.id);
    expect((await get(training.id)).training).toMatchObject({
      provider: 'cpu, tfjs (slow: not native) + cpu',
      config: { trainer: 'onnx' },
      stepsDone: 30,
    });
    await expectSameWeights(training.id, undisturbed.training.id);
  });

  it('is refused for other parts than resizer and head, when it begins and when it is to go on', async () => {
    const { client, library, context } = await openBackend();
    await expect(client.trainings.start(tuning({ parts: ['everything'] }))).rejects.toMatchObject({
      message: expect.stringContaining('trains the resizer and the head alone, not everything'),
    });
    const { training, job } = await client.trainings.start(tuning({ parts: ['everything'], trainer: 'onnx' }));
    while (stepsOf(library, training.id).length < 2) await pause(2);
    await client.jobs.cancel({ id: job.id });
    await context.jobs.finished(job.id);
    await expect(client.trainings.resume({ id: training.id, trainer: 'tfjs' })).rejects.toThrow('not everything');
    expect((await get(training.id)).training.config.trainer).toBe('onnx');
  });

  it('that is done is not resumed by any trainer', async () => {
    const { client } = await openBackend();
    const { training, job } = await client.trainings.start(tuning({ epochs: 1, trainer: 'onnx' }));
    await finished(job.id);
    await expect(client.trainings.resume({ id: training.id, trainer: 'tfjs' })).rejects.toThrow('is done');
    expect((await get(training.id)).training.config.trainer).toBe('onnx');
  });
});

describe('the system', () => {
  it('tells whether TensorFlow.js is native, and how it is made so', async () => {
    const { client } = await openBackend();
    expect(await client.system.tensorflow()).toMatchObject({
      native: false,
      backend: 'cpu',
      source: '@tensorflow/tfjs-core',
      reason: '@tensorflow/tfjs-node is not installed.',
      remedy: expect.stringContaining('COUNTENANCE_TFJS_NODE=PATH'),
    });
  });

  it('names the trainers there are', async () => {
    const { client } = await openBackend();
    const { trainers } = await client.trainings.choices();
    expect(trainers.map(({ name }) => name)).toEqual(['onnx', 'tfjs']);
  });
});
