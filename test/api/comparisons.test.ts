import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/main/api/backend.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { createRun } from '../../src/main/library/runs.ts';
import type { Training } from '../../src/shared/contract/trainings.ts';
import { suiteFolder } from '../support/temp.ts';
import { registerTiny, tinyTraining, trainingBackend, writeTinyModel } from './training-setup.ts';

const folder = suiteFolder();
let backend: Backend;
let training: Training;
let other: Training;

async function trained(changes: Parameters<typeof tinyTraining>[0]): Promise<Training> {
  const { job, training: begun } = await backend.client.trainings.start(tinyTraining(changes));
  expect(await backend.context.jobs.finished(job.id)).toMatchObject({ status: 'done', error: null });
  return (await backend.client.trainings.get({ id: begun.id, afterStep: 0 })).training;
}

async function predicted(trainingId: number): Promise<void> {
  const job = await backend.client.comparisons.predict({ trainingId });
  expect(await backend.context.jobs.finished(job.id)).toMatchObject({ status: 'done', error: null });
}

beforeAll(async () => {
  mkdirSync(join(folder, 'tiny'));
  mkdirSync(join(folder, 'models'));
  const model = await writeTinyModel(join(folder, 'tiny'));
  backend = await trainingBackend(join(folder, 'models'), 'library');
  await registerTiny(backend.library, model);
  training = await trained({ epochs: 4, name: 'first' });
  other = await trained({ epochs: 1, name: 'second', seed: 8 });
});

afterAll(() => backend.close());

describe('a training run beside the model before it', () => {
  it('has nothing to show until both have predicted', async () => {
    expect(await backend.client.comparisons.ofTraining({ trainingId: training.id })).toEqual({
      comparison: null,
      job: null,
    });
    expect(await backend.client.comparisons.ofTrainings({ before: training.id, after: other.id })).toEqual({
      comparison: null,
    });
  });

  it('compares them on the faces that the run validates with, to the figures that the run recorded', async () => {
    await predicted(training.id);
    const { comparison, job } = await backend.client.comparisons.ofTraining({ trainingId: training.id });
    expect(job).toMatchObject({ kind: 'compare-training', status: 'done', result: { faces: 14, unreadable: 0 } });
    const { figures, counts, faces, changedFaces } = comparison!;
    expect(comparison).toMatchObject({ before: 'tiny', after: 'first', splits: ['valid'], protocol: 'majority' });
    expect(faces).toBe(training.counts.validation!.kept);
    expect(figures.after.accuracy).toBeCloseTo(training.best!.accuracy!, 6);
    expect(figures.after.macroF1).toBeCloseTo(training.best!.macroF1!, 6);
    expect(figures.after.ece).toBeCloseTo(training.best!.ece!, 4);
    expect(figures.after.recall).toEqual(training.best!.recall);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(faces);
    expect(changedFaces).toHaveLength(counts.fixed + counts.broken + counts.changed);
    expect((figures.after.accuracy! - figures.before.accuracy!) * faces).toBeCloseTo(counts.fixed - counts.broken, 6);
    expect(changedFaces.every(({ split, key }) => split === 'valid' && key !== '')).toBe(true);
  });

  it('sets the best weights of two runs beside each other', async () => {
    await predicted(other.id);
    const { comparison } = await backend.client.comparisons.ofTrainings({ before: other.id, after: training.id });
    expect(comparison!.figures.before.accuracy).toBeCloseTo(other.best!.accuracy!, 6);
    expect(comparison!.figures.after.accuracy).toBeCloseTo(training.best!.accuracy!, 6);
    expect(comparison).toMatchObject({ faces: 14, unpaired: 0 });
  });

  it('refuses a run that validates with no faces', async () => {
    const blind = await trained({ epochs: 1, validation: null, patience: null });
    await expect(backend.client.comparisons.predict({ trainingId: blind.id })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('validates with no faces'),
    });
    await expect(backend.client.comparisons.predict({ trainingId: 999 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('two prediction runs', () => {
  const valid = (): number[] =>
    backend.library.prepare('SELECT id FROM samples WHERE split = 1 ORDER BY id').pluck().all() as number[];

  function predictions(pick: (place: number) => number, leave = 0): number {
    const model = backend.library.prepare('SELECT id, sha256, spec FROM models').get() as {
      readonly id: number;
      readonly sha256: string;
      readonly spec: string;
    };
    const run = createRun(backend.library, {
      datasetId: 1,
      modelId: model.id,
      modelSha256: model.sha256,
      spec: JSON.parse(model.spec),
      classIndices: [0, 1, 2],
      splits: ['valid'],
      provider: 'cpu',
    });
    const ids = valid();
    const faces = ids.slice(0, ids.length - leave).map((sampleId, place) => ({
      sampleId,
      probabilities: [0, 1, 2].map((index) => (index === pick(place) ? 0.75 : 0.125)),
      embedding: null,
    }));
    commitPredictions(backend.library, run, faces, 1);
    return run.id;
  }

  it('are compared on the faces that both predicted and the protocol keeps', async () => {
    const always = predictions(() => 0);
    const other = predictions((place) => (place < 8 ? 1 : 0), 1);
    const request = { before: always, after: other, split: 'valid', protocol: 'majority' } as const;
    const found = await backend.client.comparisons.ofRuns(request);
    const scores = await Promise.all(
      [always, other].map((runId) => backend.client.analysis.evaluate({ runId, split: 'valid', protocol: 'majority' })),
    );
    expect(found.faces + found.unpaired).toBe(scores[0]!.support);
    expect(found.faces).toBe(scores[1]!.support);
    expect(found.figures.after.accuracy).toBeCloseTo(scores[1]!.accuracy!, 12);
    expect(found.figures.after.recall).toEqual(scores[1]!.perClass.map(({ recall }) => recall));
    expect(found.confusion[0]![1]).toBe(found.changedFaces.length);
    expect(found.changedFaces[0]).toMatchObject({ before: 0, beforeProbability: 0.75, after: 1 });
  });

  it('need a protocol that there is', async () => {
    const run = predictions(() => 2);
    await expect(
      backend.client.comparisons.ofRuns({ before: run, after: run, split: 'valid', protocol: 'guess' }),
    ).rejects.toMatchObject({ code: 'USAGE' });
  });
});
