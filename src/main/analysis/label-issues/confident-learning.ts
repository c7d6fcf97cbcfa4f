/** Given labels and out-of-sample probabilities of n faces over C classes; each row of `probabilities` has C entries. */
export interface LabelledFaces {
  readonly classCount: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
}

/** What confident learning estimates of the noise in labels; rows are given labels, columns the true ones. */
export interface LabelNoise {
  /** Mean probability of class j over the faces labelled j; null for a class that no face is labelled. */
  readonly thresholds: readonly (number | null)[];
  /** How many faces with label i are confidently of class j. */
  readonly confidentJoint: readonly (readonly number[])[];
  /** The joint distribution of given and true labels, in faces: row i sums to the faces labelled i. */
  readonly estimatedJoint: readonly (readonly number[])[];
  /** Each face's confident class, null where no class reaches its threshold. */
  readonly confidentClass: readonly (number | null)[];
}

/**
 * Class thresholds t_j, the confident joint C (a face counts for the most probable class among those with q_j ≥ t_j) and
 * the calibrated joint Q·n: Northcutt, Jiang and Chuang, "Confident Learning", JAIR 2021, equations 1 to 3.
 */
export function estimateLabelNoise({ classCount, labels, probabilities }: LabelledFaces): LabelNoise {
  const thresholds = classThresholds(classCount, labels, probabilities);
  const confidentClass = probabilities.map((row) => mostProbable(row, thresholds));
  const joint = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  confidentClass.forEach((guess, index) => {
    if (guess !== null) joint[labels[index]!]![guess]! += 1;
  });
  return { thresholds, confidentClass, confidentJoint: joint, estimatedJoint: calibrate(joint, labels) };
}

/** The faces estimated to be mislabelled: what stands off the diagonal of the calibrated joint. */
export function estimatedIssueCount({ estimatedJoint }: LabelNoise): number {
  return estimatedJoint.reduce(
    (sum, row, given) => row.reduce((inner, count, truth) => (truth === given ? inner : inner + count), sum),
    0,
  );
}

function classThresholds(
  classCount: number,
  labels: readonly number[],
  probabilities: LabelledFaces['probabilities'],
): readonly (number | null)[] {
  const sums = new Array<number>(classCount).fill(0);
  const counts = new Array<number>(classCount).fill(0);
  labels.forEach((label, index) => {
    sums[label]! += probabilities[index]![label]!;
    counts[label]! += 1;
  });
  return sums.map((sum, label) => (counts[label] === 0 ? null : sum / counts[label]!));
}

/** The most probable class of those that reach their thresholds. Rounding must not keep a lone face below its own. */
function mostProbable(row: readonly number[], thresholds: LabelNoise['thresholds']): number | null {
  let best: number | null = null;
  row.forEach((q, index) => {
    const threshold = thresholds[index];
    if (threshold === null || threshold === undefined || q < threshold - 1e-9) return;
    if (best === null || q > row[best]!) best = index;
  });
  return best;
}

/** Rows of C scaled to the faces of each label; a label without a confident face is taken to be right. */
function calibrate(joint: readonly (readonly number[])[], labels: readonly number[]): number[][] {
  const given = joint.map(() => 0);
  for (const label of labels) given[label]! += 1;
  return joint.map((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    if (total === 0) return row.map((_, index) => (index === label ? given[label]! : 0));
    return row.map((count) => (count * given[label]!) / total);
  });
}
