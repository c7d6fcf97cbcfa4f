import { describe, expect, it } from 'vitest';
import { removeDataset } from '../../src/main/library/datasets.ts';
import type { Library } from '../../src/main/library/db.ts';
import { createJob, forgetJob, updateJob } from '../../src/main/library/jobs.ts';
import {
  addEpoch,
  addStep,
  createTraining,
  epochsOf,
  getTraining,
  listTrainings,
  removeTraining,
  rewindTraining,
  stepsOf,
  updateTraining,
} from '../../src/main/library/trainings.ts';
import type { Training, TrainingEpoch } from '../../src/shared/contract/trainings.ts';
import { NotFoundError } from '../../src/shared/errors.ts';
import { trainConfigSchema } from '../../src/shared/train-config.ts';
import { addFaces } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const config = trainConfigSchema.parse({ dataset: 'faces', model: 'tiny', seed: 7 });
const counts = {
  train: { kept: 2, dropped: 1, byClass: [{ name: 'neutral', count: 2 }], relabelled: 0 },
  validation: null,
};

function newTraining(library: Library): Training {
  const datasetId = addFaces(library, [{ key: 'a.png', votes: [9, 0, 0, 0, 0, 0, 0, 0, 0, 0] }]);
  return createTraining(library, {
    name: 'a run',
    config,
    datasetId,
    voteFiles: ['fer2013new.csv'],
    classes: ['neutral'],
    counts,
    folderOf: (id) => `${library.file}.trainings/${id}`,
  });
}

const step = (number: number, loss = 1 / number) => ({
  step: number,
  epoch: Math.ceil(number / 2),
  loss,
  learningRate: 1e-3,
  gradientNorm: 0.5,
  facesPerSecond: 60,
});

const epoch = (number: number, accuracy: number | null): TrainingEpoch => ({
  epoch: number,
  step: 2 * number,
  trainLoss: 1,
  faces: 5,
  loss: 0.9,
  accuracy,
  macroF1: null,
  recall: [0.5, null],
  ece: 0.1,
});

describe('a training in the library', () => {
  it('keeps its config, dataset, votes file, seed and counts, and a folder beside the library', () => {
    const library = tempLibrary();
    const training = newTraining(library);
    expect(training).toMatchObject({
      name: 'a run',
      config,
      voteFiles: ['fer2013new.csv'],
      counts,
      status: 'interrupted',
    });
    expect(training).toMatchObject({ stepsDone: 0, epochsDone: 0, best: null, seconds: 0, endedAt: null });
    expect(training.folder).toBe(`${library.file}.trainings/1`);
    expect(listTrainings(library, training.datasetId)).toEqual([training]);
    expect(listTrainings(library, 99)).toEqual([]);
  });

  it('has the status of its job, and of its end where the job is forgotten', () => {
    const library = tempLibrary();
    const { id } = newTraining(library);
    const job = createJob(library, { kind: 'train', title: 'Train', parameters: {}, datasetId: null, runId: null });
    updateTraining(library, id, { jobId: job.id, provider: 'cpu' });
    expect(getTraining(library, id)).toMatchObject({ status: 'queued', jobId: job.id, provider: 'cpu' });
    updateJob(library, job.id, { status: 'done' });
    updateTraining(library, id, { endedAt: 5 });
    forgetJob(library, job.id);
    expect(getTraining(library, id)).toMatchObject({ status: 'done', jobId: null, endedAt: 5 });
  });

  it('adds up steps, epochs and the time they took; a step met again takes the place of its record', () => {
    const library = tempLibrary();
    const { id } = newTraining(library);
    for (const number of [1, 2, 3]) addStep(library, id, step(number), 0.5);
    addStep(library, id, step(3, 0.25), 0.5);
    addEpoch(library, id, epoch(1, 0.7), 2);
    addEpoch(library, id, epoch(1, 0.8), 2);
    updateTraining(library, id, { bestEpoch: 1 });
    expect(stepsOf(library, id)).toEqual([step(1), step(2), step(3, 0.25)]);
    expect(stepsOf(library, id, 2)).toEqual([step(3, 0.25)]);
    expect(epochsOf(library, id)).toEqual([epoch(1, 0.8)]);
    expect(getTraining(library, id)).toMatchObject({ stepsDone: 3, epochsDone: 1, best: epoch(1, 0.8), seconds: 6 });
  });

  it('forgets what came after the point that it goes back to', () => {
    const library = tempLibrary();
    const { id } = newTraining(library);
    for (const number of [1, 2, 3, 4, 5]) addStep(library, id, step(number), 0);
    for (const number of [1, 2]) addEpoch(library, id, epoch(number, null), 0);
    rewindTraining(library, id, { step: 3, epochs: 1 });
    expect(stepsOf(library, id).map((entry) => entry.step)).toEqual([1, 2, 3]);
    expect(epochsOf(library, id).map((entry) => entry.epoch)).toEqual([1]);
  });

  it('outlives its dataset, and takes its steps and epochs with it', () => {
    const library = tempLibrary();
    const { id, datasetId } = newTraining(library);
    addStep(library, id, step(1), 0);
    addEpoch(library, id, epoch(1, 1), 0);
    removeDataset(library, datasetId!);
    expect(getTraining(library, id)).toMatchObject({ datasetId: null, config: { dataset: 'faces' } });
    removeTraining(library, id);
    expect(() => getTraining(library, id)).toThrow(NotFoundError);
    expect(stepsOf(library, id)).toEqual([]);
    expect(epochsOf(library, id)).toEqual([]);
  });
});
