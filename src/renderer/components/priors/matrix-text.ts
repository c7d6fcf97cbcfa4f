import { UsageError } from '../../../shared/errors.ts';
import { checkPrior, type Prior } from '../../../shared/priors/prior.ts';

/** A prior as a table that spreadsheets take: tabs between cells, the classes as first row and first column. */
export const matrixText = ({ classes, rows }: Prior): string =>
  [['class', ...classes], ...rows.map((row, index) => [classes[index]!, ...row.map(String)])]
    .map((cells) => cells.join('\t'))
    .join('\n');

/**
 * A pasted table over known classes: bare numbers in their order, or with the classes around it. Throws UsageError
 * naming the cell that is no number, or what is wrong with the whole.
 */
export function matrixOf(text: string, classes: readonly string[]): Prior {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const cells = lines.map((line) => line.split(line.includes('\t') ? '\t' : /[,;]/).map((cell) => cell.trim()));
  const hasHead = cells.length === classes.length + 1;
  const order = hasHead ? cells[0]!.slice(-classes.length) : classes;
  const unknown = order.find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`“${unknown}” is no class of this prior.`, { field: unknown, names: [...classes] });
  }
  const body = hasHead ? cells.slice(1) : cells;
  if (body.length !== classes.length) {
    throw new UsageError(`${body.length} rows were pasted for ${classes.length} classes.`, {
      field: 'rows',
      remedy: 'Copy the whole table, with its classes around it or without.',
    });
  }
  const names = body.map((row, index) => (row.length > classes.length ? row[0]! : order[index]!));
  const pasted = new Map(
    body.map((row, index) => {
      const numbers = row.slice(-classes.length).map((cell, column) => numberIn(cell, names[index]!, order[column]!));
      return [names[index]!, new Map(order.map((name, column) => [name, numbers[column] ?? Number.NaN]))];
    }),
  );
  const rows = classes.map((row) => classes.map((column) => pasted.get(row)?.get(column) ?? Number.NaN));
  const prior = { classes, rows };
  checkPrior(prior);
  return prior;
}

function numberIn(cell: string, row: string, column: string): number {
  const value = Number(cell);
  if (cell !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`The pasted cell ${row}, ${column} is “${cell}”, no number.`, { field: `${row}, ${column}` });
}
