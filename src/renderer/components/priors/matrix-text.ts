import { UsageError } from '../../../shared/errors.ts';
import { checkPrior, type Prior } from '../../../shared/priors/prior.ts';

/** A prior as a table that spreadsheets take: tabs between cells, the classes as first row and first column. */
export const matrixText = ({ classes, rows }: Prior): string =>
  [['class', ...classes], ...rows.map((row, index) => [classes[index]!, ...row.map(String)])]
    .map((cells) => cells.join('\t'))
    .join('\n');

/**
 * A pasted table over known classes: bare numbers in their order, or with the classes around it, in any order. Decimal
 * commas are taken where tabs or semicolons part the cells. Throws UsageError naming the cell that is no number, the row
 * of another length, the class that is unknown or missing, or what is wrong with the whole.
 */
export function matrixOf(text: string, classes: readonly string[]): Prior {
  const between = ['\t', ';'].find((mark) => text.includes(mark)) ?? ',';
  const cells = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(between).map((cell) => cell.trim()));
  const hasHead = cells.length === classes.length + 1;
  const order = hasHead ? permutation(cells[0]!.slice(-classes.length), classes) : classes;
  const body = hasHead ? cells.slice(1) : cells;
  if (body.length !== classes.length) {
    throw new UsageError(`${body.length} rows were pasted for ${classes.length} classes.`, {
      field: 'rows',
      remedy: 'Copy the whole table, with its classes around it or without.',
    });
  }
  const isNamed = body.every((row) => row.length === classes.length + 1);
  const names = isNamed
    ? permutation(
        body.map((row) => row[0]!),
        classes,
      )
    : order;
  const numbers = body.map((row, index) => numbersIn(row.slice(isNamed ? 1 : 0), names[index]!, order));
  const rows = classes.map((row) => classes.map((column) => numbers[names.indexOf(row)]![order.indexOf(column)]!));
  const prior = { classes, rows };
  checkPrior(prior);
  return prior;
}

function permutation(names: readonly string[], classes: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`“${unknown}” is no class of this prior.`, { field: unknown, names: [...classes] });
  }
  const missing = classes.find((name) => !names.includes(name));
  if (missing === undefined) return names;
  throw new UsageError(`The class ${missing} is missing from what was pasted.`, { field: missing });
}

function numbersIn(cells: readonly string[], row: string, columns: readonly string[]): readonly number[] {
  if (cells.length === columns.length) return cells.map((cell, index) => numberIn(cell, row, columns[index]!));
  throw new UsageError(`The pasted row ${row} has ${cells.length} cells for ${columns.length} classes.`, {
    field: row,
  });
}

function numberIn(cell: string, row: string, column: string): number {
  const value = Number(cell.replace(/^(\d*),(\d+)$/, '$1.$2'));
  if (cell !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`The pasted cell ${row}, ${column} is “${cell}”, no number.`, { field: `${row}, ${column}` });
}
