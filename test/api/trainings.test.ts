import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/main/api/backend.ts';
import { newestCheckpoint } from '../../src/main/engine/training/checkpoint.ts';
import { runFiles } from '../../src/main/engine/training/run/folder.ts';
import { loadSafetensors } from '../../src/main/engine/weights/safetensors.ts';
import { liveJobs } from '../../src/main/library/jobs.ts';
import { stepsOf } from '../../src/main/library/trainings.ts';
import type { Training } from '../../src/shared/contract/trainings.ts';
import type { TrainConfig } from '../../src/shared/train-config.ts';
import { CLASS_NAMES } from '../engine/face-library.ts';
import { suiteFolder } from '../support/temp.ts';
import { registerTiny, tinyTraining, trainingBackend, writeTinyModel } from './training-setup.ts';

const folder = suiteFolder();
const open: Backend[] = [];
let model: string;
let libraries = 0;

beforeAll(async () => {
  mkdirSync(join(folder, 'tiny'));
  model = await writeTinyModel(join(folder, 'tiny'));
});

afterEach(async () => {
  for (const backend of open.splice(0)) await backend.close();
});

async function newBackend(): Promise<Backend> {
  libraries += 1;
  const none = join(folder, `models-${libraries}`);
  mkdirSync(none);
  const backend = await trainingBackend(none, 'library');
  await registerTiny(backend.library, model);
  open.push(backend);
  return backend;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2);
}

const get = async ({ client }: Backend, id: number) => client.trainings.get({ id, afterStep: 0 });

async function finished(backend: Backend, config: TrainConfig): Promise<Training> {
  const { training, job } = await backend.client.trainings.start(config);
  const ended = await backend.context.jobs.finished(job.id);
  expect(ended).toMatchObject({ status: 'done', error: null });
  return (await get(backend, training.id)).training;
}

const weightsOf = ({ folder: place }: Training, which: 'best' | 'last') => loadSafetensors(runFiles(place)[which]);
const bytesOf = ({ folder: place }: Training, which: 'best' | 'last') => readFileSync(runFiles(place)[which]);

/** What of a run must not depend on how often it was interrupted. */
async function courseOf(backend: Backend, id: number) {
  const { epochs, steps } = await get(backend, id);
  return { epochs, steps: steps.map(({ facesPerSecond: _, ...step }) => step) };
}

describe('what a run would be', () => {
  it('is told before it starts: faces kept and dropped, by class, and how much there is to do', async () => {
    const { client } = await newBackend();
    const plan = await client.trainings.plan(tinyTraining());
    expect(plan.counts.train).toMatchObject({ kept: 42, dropped: 2 });
    expect(plan.counts.train.byClass.map(({ name }) => name)).toEqual(CLASS_NAMES);
    expect(plan.counts.train.byClass.reduce((sum, { count }) => sum + count, 0)).toBe(42);
    expect(plan.counts.validation).toMatchObject({ kept: 14, dropped: 2 });
    expect(plan).toMatchObject({ stepsPerEpoch: 10, steps: 60, trainedParameters: plan.parameters });
    const head = await client.trainings.plan(tinyTraining({ parts: ['head'], limit: 9 }));
    expect(head.counts.train).toMatchObject({ kept: 9, dropped: 2 });
    expect(head.stepsPerEpoch).toBe(2);
    expect(head.trainedParameters).toBeLessThan(head.parameters / 10);
    expect(await client.trainings.list({ datasetId: null })).toEqual([]);
  });

  it.each<[string, Partial<TrainConfig>, string]>([
    ['an unknown dataset', { dataset: 'nobody' }, 'NOT_FOUND'],
    ['an unknown model', { model: 'nobody' }, 'NOT_FOUND'],
    ['neither model nor network', { model: null }, 'USAGE'],
    ['a split both trained on and validated with', { splits: ['train', 'valid'] }, 'USAGE'],
    ['a split without faces', { splits: ['test'] }, 'USAGE'],
    ['an unknown part', { parts: ['tail'] }, 'USAGE'],
    ['a part that the network lacks', { parts: ['stn'] }, 'USAGE'],
    ['an unknown sampler', { sampling: { name: 'none', balance: 1, emphasis: 0 } }, 'USAGE'],
    ['an unknown augmentation', { augmentation: 'heavy' }, 'USAGE'],
    ['an unknown class weighting', { classWeights: 'heavy' }, 'USAGE'],
    ['a learning rate for no part', { learningRates: { tail: 1 } }, 'USAGE'],
    ['a prior that is no file', { prior: '/nowhere/prior.json' }, 'ENGINE'],
  ])('is refused for %s, and nothing is recorded', async (_, changes, code) => {
    const { client } = await newBackend();
    const config = { ...tinyTraining(), ...changes };
    await expect(client.trainings.plan(config)).rejects.toMatchObject({ code });
    await expect(client.trainings.start(config)).rejects.toMatchObject({ code });
    expect(await client.trainings.list({ datasetId: null })).toEqual([]);
  });

  it('is made of what the registries hold', async () => {
    const { client } = await newBackend();
    const choices = await client.trainings.choices();
    for (const { name } of choices.losses) {
      await expect(client.trainings.plan(tinyTraining({ loss: { name } }))).resolves.toBeDefined();
    }
    for (const { name } of choices.samplers) {
      await expect(client.trainings.plan(tinyTraining({ sampling: { name } }))).resolves.toBeDefined();
    }
  });
});

describe('a run', () => {
  it('records every step and epoch, and leaves the weights of its best and last epoch', async () => {
    const backend = await newBackend();
    const training = await finished(backend, tinyTraining());
    expect(training).toMatchObject({
      status: 'done',
      provider: 'cpu',
      stepsDone: 60,
      epochsDone: 6,
      voteFiles: ['votes.csv'],
    });
    expect(training.seconds).toBeGreaterThan(0);
    expect(training.endedAt).not.toBeNull();
    const { epochs, steps } = await get(backend, training.id);
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expect(steps.map(({ epoch }) => epoch)).toEqual(steps.map(({ step }) => Math.ceil(step / 10)));
    expect(steps[9]!.learningRate).toBeCloseTo(1e-2, 12);
    expect(steps[0]!.learningRate).toBeCloseTo(1e-3, 12);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const epoch of epochs) {
      expect(epoch.faces).toBe(14);
      expect(epoch.recall).toHaveLength(CLASS_NAMES.length);
      const own = steps.filter((step) => step.epoch === epoch.epoch).map(({ loss }) => loss);
      expect(epoch.trainLoss).toBeCloseTo(own.reduce((sum, loss) => sum + loss, 0) / own.length, 12);
    }
    const best = Math.max(...epochs.map(({ accuracy }) => accuracy!));
    expect(training.best).toEqual(epochs.find(({ accuracy }) => accuracy === best));
    const files = readdirSync(training.folder).toSorted();
    expect(files.filter((file) => file.startsWith('best'))).toEqual(['best.safetensors']);
    const state = newestCheckpoint(runFiles(training.folder).checkpoints)!.state;
    const last = weightsOf(training, 'last');
    for (const [key, tensor] of state.ema!) expect(last.get(key)!.data).toEqual(tensor.data);
  });

  it('changes the parts alone that are trained', async () => {
    const backend = await newBackend();
    const training = await finished(backend, tinyTraining({ parts: ['resizer'], epochs: 1, ema: null }));
    const before = loadSafetensors(runFiles(training.folder).startWeights);
    const changed = [...weightsOf(training, 'last')]
      .filter(([key, { data }]) => data.some((value, at) => value !== before.get(key)!.data[at]))
      .map(([key]) => key);
    expect(changed.length).toBeGreaterThan(5);
    expect(changed.filter((key) => !key.startsWith('resizer.'))).toEqual([]);
  });

  it('stops early where epochs bring nothing better, and validates with nothing where told so', async () => {
    const backend = await newBackend();
    const still = tinyTraining({ learningRate: 1e-12, patience: 2, ema: null, epochs: 50 });
    expect(await finished(backend, still)).toMatchObject({ epochsDone: 3, best: { epoch: 1 } });
    const blind = await finished(backend, tinyTraining({ validation: null, epochs: 2 }));
    expect(blind).toMatchObject({ epochsDone: 2, best: { epoch: 2, accuracy: null, faces: 0, recall: [] } });
    expect(bytesOf(blind, 'best').equals(bytesOf(blind, 'last'))).toBe(true);
  });

  it('goes on after kill -9, however often, to bitwise the same weights and figures', async () => {
    const backend = await newBackend();
    const { library, client, context } = backend;
    const undisturbed = await finished(backend, tinyTraining());
    const { training, job } = await client.trainings.start(tinyTraining());
    const resumedAt: number[] = [];
    for (const steps of [1, 5, 20, 37, 50]) {
      await until(() => stepsOf(library, training.id).length >= steps);
      const { owner } = liveJobs(library).find((live) => live.job.id === job.id)!;
      process.kill(owner!, 'SIGKILL');
      const interrupted = await context.jobs.finished(job.id);
      expect(interrupted).toMatchObject({ status: 'interrupted', error: { code: 'ENGINE' } });
      resumedAt.push(newestCheckpoint(runFiles(training.folder).checkpoints)?.state.step ?? 0);
      await client.trainings.resume({ id: training.id });
    }
    const ended = await context.jobs.finished(job.id);
    expect(ended).toMatchObject({ status: 'done', error: null });
    expect(resumedAt.at(-1)).toBeGreaterThanOrEqual(48);
    expect(await courseOf(backend, training.id)).toEqual(await courseOf(backend, undisturbed.id));
    for (const which of ['best', 'last'] as const) {
      expect(bytesOf(training, which).equals(bytesOf(undisturbed, which))).toBe(true);
    }
  });

  it('keeps a checkpoint of the step in which it was cancelled, and goes on from there', async () => {
    const backend = await newBackend();
    const { library, client, context } = backend;
    const config = tinyTraining({ checkpointEvery: 1000, epochs: 3 });
    const undisturbed = await finished(backend, config);
    const { training, job } = await client.trainings.start(config);
    await until(() => stepsOf(library, training.id).length >= 14);
    await client.jobs.cancel({ id: job.id });
    expect((await context.jobs.finished(job.id)).status).toBe('cancelled');
    const steps = stepsOf(library, training.id).length;
    expect((await get(backend, training.id)).training).toMatchObject({ status: 'cancelled', endedAt: null });
    expect(newestCheckpoint(runFiles(training.folder).checkpoints)!.state.step).toBe(steps);
    await client.trainings.resume({ id: training.id });
    expect((await context.jobs.finished(job.id)).status).toBe('done');
    expect(bytesOf(training, 'last').equals(bytesOf(undisturbed, 'last'))).toBe(true);
  });

  it('goes on with the faces and weights it began with, whatever became of labels and files', async () => {
    const backend = await newBackend();
    const { library, client, context } = backend;
    const undisturbed = await finished(backend, tinyTraining({ epochs: 2 }));
    const { training, job } = await client.trainings.start(tinyTraining({ epochs: 2 }));
    await until(() => stepsOf(library, training.id).length >= 4);
    await client.jobs.cancel({ id: job.id });
    await context.jobs.finished(job.id);
    library.sqlite.prepare("UPDATE samples SET votes = x'000000000a00', label = 2").run();
    await client.trainings.resume({ id: training.id });
    expect((await context.jobs.finished(job.id)).status).toBe('done');
    expect(bytesOf(training, 'last').equals(bytesOf(undisturbed, 'last'))).toBe(true);
  });

  it('says which faces it cannot go on without, and leaves out at its start those that cannot be read', async () => {
    const backend = await newBackend();
    const { library, client, context } = backend;
    const breakFace = (id: number) =>
      library.sqlite
        .prepare("UPDATE images SET bytes = x'00' WHERE id = (SELECT image_id FROM samples WHERE id = ?)")
        .run(id);
    breakFace(2);
    const { training, job } = await client.trainings.start(tinyTraining({ epochs: 2 }));
    await until(() => stepsOf(library, training.id).length >= 4);
    await client.jobs.cancel({ id: job.id });
    await context.jobs.finished(job.id);
    breakFace(3);
    await client.trainings.resume({ id: training.id });
    const failed = await context.jobs.finished(job.id);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'ENGINE' } });
    expect(failed.error!.message).toContain('face 3');
  });

  it('becomes a model that predicts as validated, and that can be trained further', async () => {
    const backend = await newBackend();
    const { client } = backend;
    const training = await finished(backend, tinyTraining({ epochs: 2 }));
    const saved = await client.trainings.save({ id: training.id, name: 'trained', weights: 'best', force: false });
    expect(saved.model).toMatchObject({ name: 'trained', spec: { classes: [...CLASS_NAMES], licence: 'MIT' } });
    expect(saved.model.spec.metrics).toMatchObject({ accuracy: training.best!.accuracy, protocol: 'majority' });
    expect(saved.files).toEqual(['card.md', 'manifest.json', 'trained.onnx', 'weights.safetensors']);
    const job = await client.runs.start({
      datasetId: training.datasetId!,
      modelId: saved.model.id,
      splits: ['valid'],
      provider: 'cpu',
      batchSize: null,
      again: false,
    });
    const { runId } = await backend.context.jobs.finished(job.id);
    const evaluation = await client.analysis.evaluate({ runId: runId!, split: 'valid', protocol: 'majority' });
    expect(evaluation.accuracy).toBeCloseTo(training.best!.accuracy!, 12);
    expect(evaluation.macroF1).toBeCloseTo(training.best!.macroF1!, 12);
    const further = await finished(backend, tinyTraining({ model: 'trained', parts: ['head'], epochs: 1 }));
    expect(further.counts).toEqual(training.counts);
  });

  it('can be run again from its stored config, to the same weights', async () => {
    const backend = await newBackend();
    const first = await finished(backend, tinyTraining({ epochs: 1 }));
    const again = await finished(backend, (await get(backend, first.id)).training.config);
    expect(again.id).not.toBe(first.id);
    expect(bytesOf(again, 'last').equals(bytesOf(first, 'last'))).toBe(true);
  });

  it('reads its prior from a file, by class names', async () => {
    const backend = await newBackend();
    const file = join(folder, 'prior.json');
    const rows = [
      [0.7, 0.2, 0.1],
      [0.1, 0.8, 0.1],
      [0, 0.5, 0.5],
    ];
    writeFileSync(file, JSON.stringify({ classes: ['surprise', 'neutral', 'happiness'], rows }));
    const training = await finished(backend, tinyTraining({ epochs: 1, prior: file }));
    const used = JSON.parse(readFileSync(runFiles(training.folder).prior, 'utf8'));
    expect(used).toEqual({
      classes: [...CLASS_NAMES],
      rows: [
        [0.8, 0.1, 0.1],
        [0.5, 0.5, 0],
        [0.2, 0.1, 0.7],
      ],
    });
  });

  it('is removed with its folder, but not while it is worked on', async () => {
    const backend = await newBackend();
    const { client, context, library } = backend;
    const { training, job } = await client.trainings.start(tinyTraining({ epochs: 50 }));
    await expect(client.trainings.remove({ id: training.id })).rejects.toMatchObject({ code: 'CONFLICT' });
    await until(() => stepsOf(library, training.id).length > 0);
    await client.jobs.cancel({ id: job.id });
    await context.jobs.finished(job.id);
    await client.trainings.remove({ id: training.id });
    expect(existsSync(training.folder)).toBe(false);
    await expect(get(backend, training.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('fails with the keys that do not fit, where its weights are of another network', async () => {
    const backend = await newBackend();
    const { client, context } = backend;
    const weights = join(folder, 'tiny', 'weights.safetensors');
    const { job } = await client.trainings.start(
      tinyTraining({ model: null, network: { backbone: 'nr_swin_micro' }, weights }),
    );
    const failed = await context.jobs.finished(job.id);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'WEIGHTS' } });
    expect(failed.error!.detail.remedy).toContain('Choose the network that these weights were made for');
  });
});
