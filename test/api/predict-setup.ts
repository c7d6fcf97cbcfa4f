import { join } from 'node:path';
import { guessModel } from '../../src/main/engine/models/guess.ts';
import { registerModel } from '../../src/main/engine/models/register.ts';
import { prepareRun } from '../../src/main/engine/prepare-run.ts';
import type { Library } from '../../src/main/library/db.ts';
import type { RunRecord } from '../../src/main/library/runs.ts';
import { addFaces, CLASS_NAMES } from '../engine/face-library.ts';
import { tinyClassifier, writeModel } from '../support/onnx-models.ts';

/** A library's generated faces, a tiny uint8 model over them, and a run that covers them all. */
export async function preparePrediction(library: Library, folder: string, count: number): Promise<RunRecord> {
  const datasetId = addFaces(library, { count });
  const file = writeModel(
    join(folder, `tiny-${count}.onnx`),
    tinyClassifier({ dtype: 'uint8', channels: 1, weights: [[0.01, 0.02, -0.01]] }),
  );
  const model = await registerModel(library, guessModel(file, null), { classes: [...CLASS_NAMES] });
  return prepareRun(library, { datasetId, modelId: model.id, splits: [], again: false });
}

/** Notes every attempt to enter a prediction, also one that finds its face already predicted and changes nothing. */
export function countAttempts(library: Library): () => number {
  library.sqlite.exec(`
    CREATE TABLE attempts (sample_id INTEGER);
    CREATE TRIGGER note_attempt BEFORE INSERT ON predictions BEGIN INSERT INTO attempts VALUES (NEW.sample_id); END;
  `);
  return () => library.sqlite.prepare('SELECT count(*) FROM attempts').pluck().get() as number;
}

export const predictionCount = (library: Library): number =>
  library.sqlite.prepare('SELECT count(*) FROM predictions').pluck().get() as number;
