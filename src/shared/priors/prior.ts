import { mapClasses } from '../class-sets.ts';
import { ClassMappingError, UsageError } from '../errors.ts';

/**
 * What the crowd says of the faces of each class: row k is the mean distribution of the votes on faces labelled k, and
 * sums to one (PDLS's d_k).
 */
export interface Prior {
  readonly classes: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** How far a row's sum may be from one: six printed digits of thirty classes stay well within. */
export const SUM_TOLERANCE = 1e-4;

/**
 * Throws UsageError naming the class that is there twice, the first cell that is negative or no number, or the first
 * row that does not sum to one or has not one cell a class.
 */
export function checkPrior({ classes, rows }: Prior): void {
  const refuse = (what: string, field: string): UsageError =>
    new UsageError(`The prior cannot be used: ${what}.`, { field, remedy: 'Correct it, or compute it from votes.' });
  if (classes.length === 0) throw refuse('it has no classes', 'classes');
  const twice = classes.find((name, index) => classes.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`it has the class ${twice} twice`, twice);
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
 * The prior with other classes' names in their order, mapped by name. Throws ClassMappingError where one of the two has
 * a class that the other lacks, as a row without one of its classes would not sum to one any more.
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

/** Each row divided by its sum; a row of zeros becomes its own class alone. Of a confusion matrix: P(said | true). */
export const rowNormalised = (counts: readonly (readonly number[])[]): number[][] =>
  counts.map((row, label) => {
    const sum = row.reduce((total, value) => total + value, 0);
    return row.map((value, index) => (sum === 0 ? Number(index === label) : value / sum));
  });

/** C rows that say nothing: 1 ÷ C everywhere. */
export const uniformRows = (classes: number): number[][] =>
  Array.from({ length: classes }, () => new Array<number>(classes).fill(1 / classes));

/** C rows that are their own class alone. */
export const identityRows = (classes: number): number[][] =>
  Array.from({ length: classes }, (_, row) => Array.from({ length: classes }, (__, column) => Number(row === column)));
