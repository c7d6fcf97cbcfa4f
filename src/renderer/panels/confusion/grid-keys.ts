export interface Cell {
  readonly row: number;
  readonly column: number;
}

/**
 * Where a key leads from a cell of a grid of `size` by `size`: arrows by one, Home and End within the row,
 * with `control` to the first and last cell of the grid, PageUp and PageDown within the column. Null for other keys.
 */
export function nextCell(from: Cell, key: string, control: boolean, size: number): Cell | null {
  const last = size - 1;
  const clamp = (value: number): number => Math.min(last, Math.max(0, value));
  switch (key) {
    case 'ArrowLeft':
      return { row: from.row, column: clamp(from.column - 1) };
    case 'ArrowRight':
      return { row: from.row, column: clamp(from.column + 1) };
    case 'ArrowUp':
      return { row: clamp(from.row - 1), column: from.column };
    case 'ArrowDown':
      return { row: clamp(from.row + 1), column: from.column };
    case 'Home':
      return { row: control ? 0 : from.row, column: 0 };
    case 'End':
      return { row: control ? last : from.row, column: last };
    case 'PageUp':
      return { row: 0, column: from.column };
    case 'PageDown':
      return { row: last, column: from.column };
    default:
      return null;
  }
}
