import { expectedCalibrationError } from '../../../shared/calibration.ts';
import { confusionFigures } from '../../../shared/confusion.ts';
import { EngineError, UsageError } from '../../../shared/errors.ts';
import { argmax } from '../../library/predictions.ts';
import { softmax } from '../pipeline.ts';

/** How well a model does on labelled faces; null where there is nothing to divide by. */
export interface ValidationMetrics {
  readonly faces: number;
  readonly accuracy: number | null;
  readonly macroF1: number | null;
  /** The share of each class's faces that were recognised, null for a class without faces. */
  readonly recall: readonly (number | null)[];
  /** Expected calibration error over 15 bins of equal width. */
  readonly ece: number | null;
}

/**
 * Metrics of N×C logits beside N labels. Throws UsageError where their sizes do not match, EngineError where a logit is
 * not finite.
 */
export function validationMetrics(logits: Float32Array, labels: ArrayLike<number>, classes: number): ValidationMetrics {
  const faces = labels.length;
  if (logits.length !== faces * classes) {
    throw new UsageError(`${logits.length} logits are not ${faces} rows of ${classes}.`);
  }
  if (!logits.every(Number.isFinite)) {
    throw new EngineError('The model’s outputs are not finite.', { remedy: 'Use a smaller learning rate.' });
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const confidences = new Float32Array(faces);
  const right = new Uint8Array(faces);
  for (let face = 0; face < faces; face += 1) {
    const row = logits.subarray(face * classes, (face + 1) * classes);
    const predicted = argmax(row);
    confidences[face] = softmax(row)[predicted]!;
    right[face] = Number(predicted === labels[face]!);
    confusion[labels[face]!]![predicted]! += 1;
  }
  const { accuracy, macroF1, perClass } = confusionFigures(confusion);
  const recall = perClass.map((entry) => entry.recall);
  return { faces, accuracy, macroF1, recall, ece: expectedCalibrationError(confidences, right) };
}
