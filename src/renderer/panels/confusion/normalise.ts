export const MATRIX_MODES = ['counts', 'row', 'column'] as const;
export type MatrixMode = (typeof MATRIX_MODES)[number];
export type Matrix = readonly (readonly number[])[];

/** Sums of rows, of columns, and of all of a square matrix of counts. */
export function totals(matrix: Matrix): {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly all: number;
} {
  const rows = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = matrix.map((_, c) => matrix.reduce((sum, row) => sum + (row[c] ?? 0), 0));
  return { rows, columns, all: rows.reduce((sum, count) => sum + count, 0) };
}

/**
 * The matrix as the chosen mode shows it: counts as they are, or each count as a share in [0, 1] of its row or column.
 * A share of an empty row or column has no value and is null.
 */
export function normalise(matrix: Matrix, mode: MatrixMode): readonly (readonly (number | null)[])[] {
  if (mode === 'counts') return matrix;
  const { rows, columns } = totals(matrix);
  return matrix.map((row, r) =>
    row.map((count, c) => {
      const base = (mode === 'row' ? rows[r] : columns[c]) ?? 0;
      return base === 0 ? null : count / base;
    }),
  );
}

/** Shade of a value in [0, 1]: the root of its share of `greatest`, so that small confusions still show. */
export function shade(value: number | null, greatest: number): number {
  return value === null || greatest <= 0 ? 0 : Math.sqrt(Math.min(1, value / greatest));
}
