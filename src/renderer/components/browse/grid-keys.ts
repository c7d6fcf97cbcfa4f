export interface GridShape {
  readonly count: number;
  readonly columns: number;
  readonly rowsPerPage: number;
}

/** The place a movement key leads to from `index`, or null if the key does not move; never leaves the list. */
export function moveByKey(key: string, index: number, { count, columns, rowsPerPage }: GridShape): number | null {
  if (count === 0) return null;
  const last = count - 1;
  const vertical = (rows: number): number => {
    const column = index % columns;
    const row = Math.min(Math.max(Math.floor(index / columns) + rows, 0), Math.floor(last / columns));
    return Math.min(row * columns + column, last);
  };
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowRight':
      return Math.min(last, index + 1);
    case 'ArrowUp':
      return vertical(-1);
    case 'ArrowDown':
      return vertical(1);
    case 'PageUp':
      return vertical(-rowsPerPage);
    case 'PageDown':
      return vertical(rowsPerPage);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
