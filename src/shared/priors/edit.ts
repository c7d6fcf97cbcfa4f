import { UsageError } from '../errors.ts';
import type { Prior } from './prior.ts';

type Rows = readonly (readonly number[])[];

/** Cells that no edit moves, as row · C + column. */
export type Locks = ReadonlySet<number>;
export const NO_LOCKS: Locks = new Set();

export const lockAt = (row: number, column: number, classes: number): number => row * classes + column;

/** Between which values a cell can be set while its row's locked cells stay and the row sums to one. */
export function cellLimits(rows: Rows, row: number, column: number, locks: Locks): { least: number; most: number } {
  const cells = rows[row]!;
  const isLocked = (index: number): boolean => locks.has(lockAt(row, index, cells.length));
  if (isLocked(column)) return { least: cells[column]!, most: cells[column]! };
  const others = cells.map((_, index) => index).filter((index) => index !== column);
  const held = others.filter(isLocked).reduce((sum, index) => sum + cells[index]!, 0);
  const most = Math.min(1, Math.max(0, 1 - held));
  return { least: others.every(isLocked) ? most : 0, most };
}

/**
 * Sets one cell; the unlocked rest of its row is scaled so that the row sums to one again. Throws UsageError naming the
 * cell where it is locked, no number, or beyond what the locked cells of its row leave.
 */
export function setCell({ classes, rows }: Prior, row: number, column: number, value: number, locks: Locks): Prior {
  const cell = `${classes[row]}, ${classes[column]}`;
  const refuse = (message: string, remedy: string): UsageError => new UsageError(message, { field: cell, remedy });
  if (locks.has(lockAt(row, column, classes.length))) {
    throw refuse(`The cell ${cell} is locked.`, 'Unlock it first.');
  }
  if (!(value >= 0 && value <= 1)) throw refuse(`${value} is no probability for the cell ${cell}.`, 'Give 0 to 1.');
  const { least, most } = cellLimits(rows, row, column, locks);
  if (value < least - 1e-12 || value > most + 1e-12) {
    const range = least === most ? `only ${most.toFixed(4)}` : `at most ${most.toFixed(4)}`;
    throw refuse(`The locked cells of its row leave the cell ${cell} ${range}.`, 'Unlock another cell of the row.');
  }
  const held = new Set(locks).add(lockAt(row, column, classes.length));
  const proposed = rows[row]!.map((old, index) => (index === column ? Math.min(value, most) : old));
  return { classes, rows: rows.map((cells, index) => (index === row ? refit(proposed, proposed, row, held) : cells)) };
}

/** `proposed` with the locked cells of `old` put back and the others scaled so that the row sums to one. */
function refit(old: readonly number[], proposed: readonly number[], row: number, locks: Locks): readonly number[] {
  const isLocked = (index: number): boolean => locks.has(lockAt(row, index, old.length));
  const free = old.map((_, index) => index).filter((index) => !isLocked(index));
  const held = old.reduce((sum, value, index) => sum + (isLocked(index) ? value : 0), 0);
  const rest = Math.max(0, 1 - held);
  const sum = free.reduce((total, index) => total + proposed[index]!, 0);
  return old.map((value, index) => {
    if (isLocked(index)) return value;
    return sum > 0 ? (proposed[index]! / sum) * rest : rest / free.length;
  });
}

/** Every row brought to what `propose` gives for a cell, its locked cells kept, summing to one. */
function reshaped({ classes, rows }: Prior, locks: Locks, propose: (row: number, column: number) => number): Prior {
  return {
    classes,
    rows: rows.map((cells, row) =>
      refit(
        cells,
        cells.map((_, column) => propose(row, column)),
        row,
        locks,
      ),
    ),
  };
}

/** ½(P + Pᵀ), each row then scaled to one: confusing a with b counts as much as b with a. */
export const symmetrised = (prior: Prior, locks: Locks): Prior =>
  reshaped(prior, locks, (row, column) => (prior.rows[row]![column]! + prior.rows[column]![row]!) / 2);

/** Each cell to the power of 1/T, each row scaled to one: above 1 flatter, below 1 sharper. `temperature` > 0. */
export const withTemperature = (prior: Prior, temperature: number, locks: Locks): Prior =>
  reshaped(prior, locks, (row, column) => prior.rows[row]![column]! ** (1 / temperature));

/** (1 − share) · P + share · Q over the same classes: Q the uniform, the identity, or a model's own confusion. */
export const blended = (prior: Prior, other: Rows, share: number, locks: Locks): Prior =>
  reshaped(prior, locks, (row, column) => (1 - share) * prior.rows[row]![column]! + share * (other[row]![column] ?? 0));

/** One row as another prior has it, its locked cells kept; exactly so where none is locked. */
export const withRow = (prior: Prior, row: number, from: Rows, locks: Locks): Prior => ({
  ...prior,
  rows: prior.rows.map((cells, index) => {
    if (index !== row) return cells;
    const free = cells.every((_, column) => !locks.has(lockAt(row, column, cells.length)));
    return free ? from[row]! : refit(cells, from[row]!, row, locks);
  }),
});

/** Every row as another prior over the same classes has it, as `withRow` does. */
export const withRows = (prior: Prior, from: Rows, locks: Locks): Prior =>
  prior.rows.reduce((made, _, row) => withRow(made, row, from, locks), prior);
