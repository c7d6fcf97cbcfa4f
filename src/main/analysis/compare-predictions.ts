import { expectedCalibrationError } from '../../shared/calibration.ts';
import { confusionFigures } from '../../shared/confusion.ts';
import type { Change, ChangedFace, Comparison, SideFigures } from '../../shared/contract/comparisons.ts';
import { UsageError } from '../../shared/errors.ts';
import { argmax } from '../library/predictions.ts';
import { mcNemarExact } from './mcnemar.ts';

/** N faces' labels, places in `classes`, and two sets of N×C probabilities of them. */
export interface PairedPredictions {
  readonly classes: readonly string[];
  readonly labels: ArrayLike<number>;
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** A changed prediction of the face at a place of the pair. */
export type PlacedChange = Omit<ChangedFace, 'id' | 'key' | 'split'> & { readonly place: number };

export type PredictionChanges = Pick<Comparison, 'faces' | 'counts' | 'figures' | 'support' | 'confusion' | 'p'> & {
  readonly changes: readonly PlacedChange[];
};

/**
 * What changed from one set of predictions to another of the same faces: counts by kind, each side's figures,
 * confusion between the two, McNemar's p, and the changed faces, the greatest move of the label's probability first.
 * Throws UsageError where the sizes do not match.
 */
export function comparePredictions(pair: PairedPredictions): PredictionChanges {
  const { classes, labels, before, after } = pair;
  const width = classes.length;
  const faces = labels.length;
  if (before.length !== faces * width || after.length !== faces * width) {
    throw new UsageError(`${before.length} and ${after.length} probabilities are not ${faces} rows of ${width}.`);
  }
  const confusion = squareOf(width);
  const counts = { fixed: 0, broken: 0, changed: 0, stayedRight: 0, stayedWrong: 0 };
  const found: { readonly change: PlacedChange; readonly move: number }[] = [];
  for (let place = 0; place < faces; place += 1) {
    const label = labels[place]!;
    const rows = [before, after].map((all) => all.subarray(place * width, (place + 1) * width)) as [Row, Row];
    const [was, is] = rows.map(argmax) as [number, number];
    confusion[was]![is]! += 1;
    if (was === is) {
      counts[is === label ? 'stayedRight' : 'stayedWrong'] += 1;
      continue;
    }
    const change = kindOf(was, is, label);
    counts[change] += 1;
    const probabilities = { beforeProbability: rows[0][was]!, afterProbability: rows[1][is]! };
    const move = Math.abs(rows[1][label]! - rows[0][label]!);
    found.push({ change: { place, change, label, before: was, after: is, ...probabilities }, move });
  }
  const sides = { before: sideOf(pair, before), after: sideOf(pair, after) };
  return {
    faces,
    counts,
    figures: { before: sides.before.figures, after: sides.after.figures },
    support: sides.after.support,
    confusion,
    p: mcNemarExact(counts.fixed, counts.broken),
    changes: found.sort((a, b) => b.move - a.move || a.change.place - b.change.place).map(({ change }) => change),
  };
}

type Row = Float32Array;

const squareOf = (side: number): number[][] => Array.from({ length: side }, () => new Array<number>(side).fill(0));

function kindOf(was: number, is: number, label: number): Change {
  if (is === label) return 'fixed';
  return was === label ? 'broken' : 'changed';
}

function sideOf(
  { classes, labels }: PairedPredictions,
  probabilities: Float32Array,
): { readonly figures: SideFigures; readonly support: number[] } {
  const width = classes.length;
  const confusion = squareOf(width);
  const confidences = new Float32Array(labels.length);
  const right = new Uint8Array(labels.length);
  for (let place = 0; place < labels.length; place += 1) {
    const row = probabilities.subarray(place * width, (place + 1) * width);
    const top = argmax(row);
    confusion[labels[place]!]![top]! += 1;
    confidences[place] = row[top]!;
    right[place] = Number(top === labels[place]);
  }
  const { accuracy, macroF1, perClass } = confusionFigures(confusion);
  const recall = perClass.map((entry) => entry.recall);
  const ece = expectedCalibrationError(confidences, right);
  return { figures: { accuracy, macroF1, ece, recall }, support: perClass.map((entry) => entry.support) };
}
