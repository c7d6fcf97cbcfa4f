import { mapPrior, type Prior } from './prior.ts';

/** One cell of two priors. */
export interface PriorCell {
  readonly row: string;
  readonly column: string;
  readonly from: number;
  readonly to: number;
}

/** `to` − `from`, cell by cell over the classes of `from`. */
export interface PriorComparison {
  readonly classes: readonly string[];
  readonly differences: readonly (readonly number[])[];
  /** The cell that differs most; the first one where they are equal. */
  readonly largest: PriorCell & { readonly difference: number };
  /** The mean over the rows of half the sum of a row's absolute differences: the total variation distance, in [0, 1]. */
  readonly totalVariation: number;
  /** Cells that differ at all. */
  readonly changed: number;
}

/** What changed from one prior to another, classes mapped by name. Throws ClassMappingError as `mapPrior` does. */
export function comparePriors(from: Prior, to: Prior): PriorComparison {
  const { classes } = from;
  const mapped = mapPrior(to, classes);
  const differences = from.rows.map((row, label) => row.map((value, index) => mapped.rows[label]![index]! - value));
  let [row, column] = [0, 0];
  differences.forEach((cells, label) => {
    cells.forEach((value, index) => {
      if (Math.abs(value) > Math.abs(differences[row]![column]!)) [row, column] = [label, index];
    });
  });
  const absolute = differences.flat().reduce((sum, value) => sum + Math.abs(value), 0);
  return {
    classes,
    differences,
    largest: {
      row: classes[row]!,
      column: classes[column]!,
      from: from.rows[row]![column]!,
      to: mapped.rows[row]![column]!,
      difference: differences[row]![column]!,
    },
    totalVariation: absolute / 2 / classes.length,
    changed: differences.flat().filter((value) => value !== 0).length,
  };
}
