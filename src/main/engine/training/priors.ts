import { checkPrior, mapPrior, type Prior } from '../../../shared/priors/prior.ts';
import type { FaceTargets } from './targets.ts';

/**
 * The prior of a target table: row k is the mean of the vote shares of the faces whose label is k (DESIGN section 3).
 * A class without faces has a row of its own class alone.
 */
export function priorFromTargets(table: FaceTargets): Prior {
  const { classes, labels, shares } = table;
  const width = classes.length;
  const sums = classes.map(() => classes.map(() => 0));
  const counts = classes.map(() => 0);
  labels.forEach((label, face) => {
    counts[label]! += 1;
    for (let index = 0; index < width; index += 1) sums[label]![index]! += shares[face * width + index]!;
  });
  const rows = sums.map((row, label) =>
    row.map((sum, index) => (counts[label] === 0 ? Number(index === label) : sum / counts[label]!)),
  );
  return { classes, rows };
}

/** A checked prior as C×C numbers over a model's classes, for batches. Throws as `checkPrior` and `mapPrior` do. */
export function priorTable(prior: Prior, modelClasses: readonly string[]): Float32Array {
  checkPrior(prior);
  return Float32Array.from(mapPrior(prior, modelClasses).rows.flat());
}
