import { setImmediate } from 'node:timers/promises';
import { softmax } from '../../pipeline.ts';
import { makeBatch } from '../batch.ts';
import { type ValidationMetrics, validationMetrics } from '../metrics.ts';
import type { TrainingSet } from '../targets.ts';
import type { Trainer, WeightsChoice } from '../trainer.ts';

export interface ValidateOptions {
  readonly trainer: Trainer;
  readonly set: TrainingSet;
  readonly weights: WeightsChoice;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Metrics with the mean cross-entropy between the targets and what the model says. */
export type Validation = ValidationMetrics & { readonly loss: number };

/** N×C logits of every face of a set by the model as it stands. Throws the signal’s reason once it has aborted. */
export async function logitsOver(options: ValidateOptions): Promise<Float32Array> {
  const { trainer, set, weights, batchSize, signal, onProgress } = options;
  const classes = set.classes.length;
  const total = set.faces.length;
  const logits = new Float32Array(total * classes);
  const settings = { prior: null, classWeights: new Float32Array(classes).fill(1), augmentation: null };
  for (let start = 0; start < total; start += batchSize) {
    // The session blocks this thread, so a wish to stop is only heard where the event loop turns.
    await setImmediate();
    signal.throwIfAborted();
    const positions = Uint32Array.from({ length: Math.min(batchSize, total - start) }, (_, index) => start + index);
    const found = await trainer.evaluate(makeBatch(set, settings, positions), weights);
    logits.set(found.logits, start * classes);
    onProgress?.(start + positions.length, total);
  }
  return logits;
}

/** Runs every face of a set through the model as it stands. Throws the signal’s reason once it has aborted. */
export async function validate(options: ValidateOptions): Promise<Validation> {
  const { set } = options;
  const logits = await logitsOver(options);
  const labels = Uint16Array.from(set.faces, ({ label }) => label);
  return { ...validationMetrics(logits, labels, set.classes.length), loss: meanCrossEntropy(logits, set) };
}

function meanCrossEntropy(logits: Float32Array, { classes, faces }: TrainingSet): number {
  const width = classes.length;
  const total = faces.reduce((sum, { target }, face) => {
    const shares = softmax(logits.subarray(face * width, (face + 1) * width));
    return target.reduce((loss, wanted, index) => {
      return wanted === 0 ? loss : loss - wanted * Math.log(Math.max(shares[index]!, Number.MIN_VALUE));
    }, sum);
  }, 0);
  return total / faces.length;
}
