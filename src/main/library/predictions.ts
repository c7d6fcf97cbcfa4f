import type { Prediction } from '../../shared/entities.ts';
import type { Library } from './db.ts';
import { decodeVector, encodeVector } from './vectors.ts';

/** A prediction as it is stored, its probabilities put in dataset class order. */
export type StoredPrediction = Omit<Prediction, 'measures'>;

/** One face's outcome: probabilities over the model's classes, which sum to 1, and an embedding where there is one. */
export interface NewPrediction {
  readonly sampleId: number;
  readonly probabilities: ArrayLike<number>;
  readonly embedding: ArrayLike<number> | null;
}

/**
 * Commits a batch in one transaction and adds its seconds to the run's. `classIndices[m]` is the dataset class of
 * model class m. A face the run already has is left as it is, so that a repeated batch changes nothing.
 */
export function commitPredictions(
  library: Library,
  run: { readonly id: number; readonly classIndices: readonly number[] },
  batch: readonly NewPrediction[],
  seconds: number,
): number {
  const insert = library.prepare(
    `INSERT OR IGNORE INTO predictions (run_id, sample_id, predicted, confidence, probabilities)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const insertEmbedding = library.prepare(
    'INSERT OR IGNORE INTO embeddings (run_id, sample_id, vector) VALUES (?, ?, ?)',
  );
  return library.transaction(() => {
    let committed = 0;
    for (const { sampleId, probabilities, embedding } of batch) {
      const top = argmax(probabilities);
      const bytes = encodeVector(probabilities);
      committed += insert.run(run.id, sampleId, run.classIndices[top], probabilities[top], bytes).changes;
      if (embedding !== null) insertEmbedding.run(run.id, sampleId, encodeVector(embedding));
    }
    library.prepare('UPDATE runs SET seconds = seconds + ? WHERE id = ?').run(seconds, run.id);
    return committed;
  });
}

interface PredictionRow {
  readonly runId: number;
  readonly modelName: string;
  readonly provider: string;
  readonly classIndices: string;
  readonly predicted: number;
  readonly confidence: number;
  readonly probabilities: Buffer;
}

/** A run's word on one sample with probabilities over the dataset's `classCount` classes, or null if it has none. */
export function predictionOf(
  library: Library,
  runId: number,
  sampleId: number,
  classCount: number,
): StoredPrediction | null {
  const row = library
    .prepare(
      `SELECT r.id AS runId, m.name AS modelName, r.provider, r.class_indices AS classIndices,
         p.predicted, p.confidence, p.probabilities
       FROM predictions p JOIN runs r ON r.id = p.run_id JOIN models m ON m.id = r.model_id
       WHERE p.run_id = ? AND p.sample_id = ?`,
    )
    .get(runId, sampleId) as PredictionRow | undefined;
  if (row === undefined) return null;
  const probabilities = probabilitiesOver(classCount, JSON.parse(row.classIndices) as number[], row.probabilities);
  return {
    runId: row.runId,
    modelName: row.modelName,
    provider: row.provider,
    predicted: row.predicted,
    confidence: row.confidence,
    probabilities,
  };
}

/** Stored probabilities put in dataset class order: 0 where the model has no such class. */
export function probabilitiesOver(classCount: number, classIndices: readonly number[], bytes: Buffer): number[] {
  const probabilities = new Array<number>(classCount).fill(0);
  decodeVector(bytes).forEach((value, index) => {
    probabilities[classIndices[index]!]! += value;
  });
  return probabilities;
}

/** Index of the greatest value; the first wins a tie. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if (values[index]! > values[best]!) best = index;
  }
  return best;
}
