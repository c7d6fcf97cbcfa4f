import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createJobRunner } from '../../src/main/api/job-runner.ts';
import { guessModel } from '../../src/main/engine/models/guess.ts';
import { registerModel } from '../../src/main/engine/models/register.ts';
import { prepareRun } from '../../src/main/engine/prepare-run.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import { predictionOf } from '../../src/main/library/predictions.ts';
import { decodeVector } from '../../src/main/library/vectors.ts';
import { ClassMappingError, UsageError } from '../../src/shared/errors.ts';
import type { ModelSpec } from '../../src/shared/model-spec.ts';
import { addFaces, CLASS_NAMES, facePixels } from '../engine/face-library.ts';
import { type TinyClassifier, tinyClassifier, writeModel } from '../support/onnx-models.ts';
import { suiteFolder } from '../support/temp.ts';
import { ENGINE_ENTRY } from './entries.ts';

const folder = suiteFolder();
const library = openLibrary(join(folder, 'library.sqlite'));
const runner = createJobRunner({ library, engineEntry: ENGINE_ENTRY, publish: () => {} });
afterAll(async () => {
  await runner.close();
  library.close();
});

const FACES = 21;
const SIZE = 8;
const WEIGHTS = [
  [1.5, -0.5, 0.25],
  [-1, 2, 0.5],
  [0.75, 0.5, -1.25],
];
const colour = addFaces(library, { name: 'colour', count: FACES, size: SIZE, channels: 3 });

async function predicted(name: string, datasetId: number, tiny: Partial<TinyClassifier>, spec: Partial<ModelSpec>) {
  const file = writeModel(join(folder, `${name}.onnx`), tinyClassifier({ size: SIZE, weights: WEIGHTS, ...tiny }));
  const model = await registerModel(library, guessModel(file, null), { classes: [...CLASS_NAMES], ...spec });
  const run = prepareRun(library, { datasetId, modelId: model.id, splits: [], again: false });
  const job = await runner.finished(runner.start('predict', { runId: run.id, provider: 'cpu', batchSize: 6 }).id);
  expect(job).toMatchObject({ status: 'done', error: null });
  const ids = library.sqlite.prepare('SELECT id FROM samples WHERE dataset_id = ? ORDER BY id').pluck().all(datasetId);
  return (ids as number[]).map((id) => ({
    prediction: predictionOf(library, run.id, id, CLASS_NAMES.length)!,
    vector: library.sqlite
      .prepare('SELECT vector FROM embeddings WHERE run_id = ? AND sample_id = ?')
      .pluck()
      .get(run.id, id) as Buffer | undefined,
  }));
}

/** Mean of each channel of a generated face. */
function channelMeans(index: number): number[] {
  const pixels = facePixels(index, SIZE, 3);
  return [0, 1, 2].map((channel) => {
    const values = pixels.filter((_, at) => at % 3 === channel);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

function sharesOf(embedding: readonly number[], weights: readonly (readonly number[])[]): number[] {
  const logits = CLASS_NAMES.map((_, c) =>
    embedding.reduce((sum, value, channel) => sum + value * weights[channel]![c]!, 0),
  );
  const powers = logits.map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, at) => {
    expect(found[at]).toBeCloseTo(value, 4);
  });
}

const input = { name: 'pixels', dtype: 'float32', width: SIZE, height: SIZE, scale: 1 / 255 } as const;

describe('predictions that can be worked out by hand', () => {
  it('are right for NHWC, mean and deviation, logits only', async () => {
    const mean = [0.4, 0.5, 0.6];
    const std = [0.2, 0.25, 0.5];
    const faces = await predicted(
      'nhwc',
      colour,
      { layout: 'NHWC', outputs: ['logits', 'embedding'] },
      {
        input: { ...input, layout: 'NHWC', colour: 'rgb', channels: 3, mean, std },
        outputs: { logits: 'logits', embedding: 'embedding' },
      },
    );
    faces.forEach(({ prediction, vector }, index) => {
      const embedding = channelMeans(index).map((value, channel) => (value / 255 - mean[channel]!) / std[channel]!);
      const shares = sharesOf(embedding, WEIGHTS);
      expectClose(prediction.probabilities, shares);
      expectClose(decodeVector(vector!), embedding);
      expect(prediction.predicted).toBe(shares.indexOf(Math.max(...shares)));
      expect(prediction.confidence).toBeCloseTo(Math.max(...shares), 4);
    });
    expect(new Set(faces.map(({ prediction }) => prediction.predicted)).size).toBeGreaterThan(1);
  });

  it('are right for BGR, a fixed batch that the last faces do not fill, probabilities only', async () => {
    const faces = await predicted(
      'bgr',
      colour,
      { batch: 4, outputs: ['probabilities'] },
      {
        input: { ...input, layout: 'NCHW', colour: 'bgr', channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
        outputs: { probabilities: 'probabilities' },
      },
    );
    faces.forEach(({ prediction, vector }, index) => {
      const embedding = channelMeans(index).map((value) => value / 255);
      expectClose(prediction.probabilities, sharesOf(embedding.toReversed(), WEIGHTS));
      expect(vector).toBeUndefined();
    });
  });

  it('are put in the dataset’s class order by name and by override', async () => {
    const classes = ['Surprised', 'calm', 'happy'];
    const faces = await predicted(
      'mapped',
      colour,
      {},
      {
        classes,
        classOverrides: { calm: 'neutral' },
        input: { ...input, layout: 'NCHW', colour: 'rgb', channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
      },
    );
    faces.forEach(({ prediction }, index) => {
      const [surprise, neutral, happiness] = sharesOf(
        channelMeans(index).map((value) => value / 255),
        WEIGHTS,
      );
      expectClose(prediction.probabilities, [neutral!, happiness!, surprise!]);
    });
  });
});

describe('preparing a run', () => {
  it('refuses a model whose classes the dataset lacks, by name, and splits without a face', async () => {
    const file = writeModel(join(folder, 'other.onnx'), tinyClassifier({ size: SIZE, weights: WEIGHTS }));
    const model = await registerModel(library, guessModel(file, null), { classes: ['happy', 'bored', 'Sleepy'] });
    const request = { datasetId: colour, modelId: model.id, again: false };
    expect(() => prepareRun(library, { ...request, splits: [] })).toThrow(ClassMappingError);
    expect(() => prepareRun(library, { ...request, splits: [] })).toThrow(/bored, Sleepy/);
    expect(() => prepareRun(library, { ...request, splits: ['test'] })).toThrow(UsageError);
  });
});
