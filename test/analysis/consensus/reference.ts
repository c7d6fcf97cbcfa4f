import type { Answer, ConsensusInput } from '../../../src/main/analysis/consensus/method.ts';

/** Twelve faces, four annotators, three classes; null where an annotator did not look. */
export const LABELS: readonly (readonly (number | null)[])[] = [
  [0, 0, 0, null],
  [0, 1, 0, 0],
  [1, 1, null, 1],
  [1, 1, 1, 2],
  [2, 2, 0, 2],
  [null, 2, 2, 2],
  [0, 1, null, null],
  [2, null, 1, null],
  [0, 0, 1, 1],
  [null, null, null, 2],
  [1, 0, 1, 1],
  [2, 2, 2, null],
];

export const PROBABILITIES: readonly (readonly number[])[] = [
  [0.7, 0.2, 0.1],
  [0.6, 0.3, 0.1],
  [0.2, 0.7, 0.1],
  [0.1, 0.8, 0.1],
  [0.3, 0.2, 0.5],
  [0.1, 0.2, 0.7],
  [0.35, 0.45, 0.2],
  [0.2, 0.3, 0.5],
  [0.4, 0.4, 0.2],
  [0.5, 0.2, 0.3],
  [0.55, 0.35, 0.1],
  [0.05, 0.15, 0.8],
];

/** A table of labels, one row a face and one column an annotator, as a method takes it. */
export function inputOf(
  labels: readonly (readonly (number | null)[])[],
  probabilities: ConsensusInput['probabilities'] = labels.map(() => null),
  classCount = 3,
): ConsensusInput {
  const answers = labels.flatMap((row, face) =>
    row.flatMap((label, annotator): Answer[] => (label === null ? [] : [{ face, annotator, label }])),
  );
  const counts = labels.map((row) => Array.from({ length: classCount }, (_, k) => row.filter((l) => l === k).length));
  return { classCount, annotatorCount: labels[0]?.length ?? 0, counts, answers, probabilities };
}
