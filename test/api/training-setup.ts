import { join } from 'node:path';
import { type Backend, createBackend } from '../../src/main/api/backend.ts';
import { guessModel } from '../../src/main/engine/models/guess.ts';
import { registerModel } from '../../src/main/engine/models/register.ts';
import { writeClassifier } from '../../src/main/engine/models/write-classifier.ts';
import { modelFileOf, writePapers } from '../../src/main/engine/models/write-folder.ts';
import { initialWeights } from '../../src/main/engine/weights/initial.ts';
import type { Library } from '../../src/main/library/db.ts';
import { type TrainConfig, type TrainConfigInput, trainConfigSchema } from '../../src/shared/train-config.ts';
import { addFaces, CLASS_NAMES } from '../engine/face-library.ts';
import { specsOf, tinyConfig } from '../engine/training/tiny-run.ts';
import { ENGINE_ENTRY } from './entries.ts';

/** A folder with a tiny network as `models build` writes one, over the generated faces' classes. */
export async function writeTinyModel(folder: string, name = 'tiny'): Promise<string> {
  const config = tinyConfig();
  const about = { name, classes: [...CLASS_NAMES], classOverrides: {}, licence: 'MIT', source: '', trainedOn: '' };
  const tensors = initialWeights(specsOf(config), 5);
  const spec = writeClassifier(folder, { ...about, metrics: null, config, tensors });
  await writePapers(folder, spec, { summary: 'For tests.', sections: [] });
  return join(folder, modelFileOf(spec));
}

/** Faces of three classes: 40 to train on, 12 to validate with, and four in each split that majority drops. */
export function addTrainingFaces(library: Library): number {
  return addFaces(library, {
    count: 60,
    size: 12,
    name: 'faces',
    split: (index) => (index < 44 ? 'train' : 'valid'),
    votes: (index) =>
      index % 15 === 14 ? [5, 5, 0] : [0, 1, 2].map((label) => (label === index % 3 ? 8 : 2 - (index % 2))),
  });
}

/** A backend with those faces and that model. */
export async function trainingBackend(folder: string, name: string): Promise<Backend> {
  const backend = await createBackend({
    libraryFile: join(folder, `${name}.sqlite`),
    engineEntry: ENGINE_ENTRY,
    modelsFolder: folder,
    host: 'cli',
    version: '1',
  });
  addTrainingFaces(backend.library);
  return backend;
}

export const registerTiny = (library: Library, file: string) => registerModel(library, guessModel(file, null), {});

/** A run of six epochs of ten steps with everything that is random in it, a few seconds long. */
export const tinyTraining = (changes: Partial<TrainConfigInput> = {}): TrainConfig =>
  trainConfigSchema.parse({
    dataset: 'faces',
    model: 'tiny',
    parts: ['everything'],
    loss: { name: 'f_pdls' },
    sampling: { name: 'class-balanced' },
    classWeights: 'effective-number',
    epochs: 6,
    batchSize: 4,
    learningRate: 1e-2,
    schedule: { name: 'cosine', warmupEpochs: 1 },
    ema: 0.9,
    seed: 3,
    provider: 'cpu',
    checkpointEvery: 3,
    ...changes,
  });
