import { mapClasses } from '../../../shared/class-sets.ts';
import { ClassMappingError, UsageError } from '../../../shared/errors.ts';
import type { FaceTargets } from './targets.ts';

/** What the crowd says of the faces of each class: row k is the mean distribution of their votes, and sums to one. */
export interface Prior {
  readonly classes: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** How far a row's sum may be from one: six printed digits of thirty classes stay well within. */
const SUM_TOLERANCE = 1e-4;

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

/**
 * Throws UsageError naming the first cell that is negative or no number, or the first row that does not sum to one or
 * has not one cell a class.
 */
export function checkPrior({ classes, rows }: Prior): void {
  const refuse = (what: string, field: string): UsageError =>
    new UsageError(`The prior cannot be used: ${what}.`, { field, remedy: 'Correct it, or compute it from votes.' });
  if (rows.length !== classes.length) {
    throw refuse(`it has ${rows.length} rows for ${classes.length} classes`, 'rows');
  }
  rows.forEach((row, label) => {
    const name = classes[label]!;
    if (row.length !== classes.length) {
      throw refuse(`its row ${name} has ${row.length} cells for ${classes.length} classes`, name);
    }
    row.forEach((value, index) => {
      if (value >= 0 && Number.isFinite(value)) return;
      throw refuse(`its row ${name} has ${value} in the column ${classes[index]}`, `${name}, ${classes[index]}`);
    });
    const sum = row.reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) > SUM_TOLERANCE)
      throw refuse(`its row ${name} sums to ${Number(sum.toFixed(6))}, not 1`, name);
  });
}

/**
 * The prior with a model's classes in the model's order, mapped by name. Throws ClassMappingError where one of the two
 * has a class that the other lacks, as a row without one of its classes would not sum to one any more.
 */
export function mapPrior({ classes, rows }: Prior, modelClasses: readonly string[]): Prior {
  const { indices, unmapped } = mapClasses(modelClasses, classes);
  const unused = classes.filter((_, index) => !indices.includes(index));
  if (unmapped.length > 0 || unused.length > 0 || new Set(indices).size < indices.length) {
    throw new ClassMappingError(
      `The prior’s classes (${classes.join(', ')}) are not the model’s (${modelClasses.join(', ')}).`,
      { names: [...unmapped, ...unused], remedy: 'Use a prior over the model’s classes, or compute one from votes.' },
    );
  }
  return { classes: modelClasses, rows: indices.map((row) => indices.map((column) => rows[row]![column]!)) };
}

/** A checked prior as C×C numbers over a model's classes, for batches. Throws as `checkPrior` and `mapPrior` do. */
export function priorTable(prior: Prior, modelClasses: readonly string[]): Float32Array {
  checkPrior(prior);
  return Float32Array.from(mapPrior(prior, modelClasses).rows.flat());
}
