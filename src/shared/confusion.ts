import type { Evaluation } from './contract/analysis.ts';

/** `counts[t][p]` faces of target class t were predicted as class p; square, one row and column a class. */
export type Confusion = readonly (readonly number[])[];

/** Figures of one confusion matrix; null where a ratio has nothing under it. */
export interface ConfusionFigures {
  readonly accuracy: number | null;
  readonly macroF1: number | null;
  readonly support: number;
  readonly perClass: readonly Omit<Evaluation['perClass'][number], 'name'>[];
}

/**
 * Accuracy, per-class precision, recall, F1, support, and macro-F1: the mean F1 over the classes that occur as a
 * target or as a prediction, an undefined precision or recall counting as zero there (scikit-learn's convention).
 */
export function confusionFigures(counts: Confusion): ConfusionFigures {
  const perClass = counts.map((row, index) => {
    const hits = row[index]!;
    const support = row.reduce((total, count) => total + count, 0);
    const predicted = counts.reduce((total, other) => total + other[index]!, 0);
    return {
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted),
      support,
      predicted,
    };
  });
  const support = perClass.reduce((total, entry) => total + entry.support, 0);
  const hits = counts.reduce((total, row, index) => total + row[index]!, 0);
  const scores = perClass.flatMap((entry) => (entry.f1 === null ? [] : [entry.f1]));
  return {
    accuracy: ratio(hits, support),
    macroF1: ratio(
      scores.reduce((total, score) => total + score, 0),
      scores.length,
    ),
    support,
    perClass,
  };
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
