/** One column of `ui-data-table`: `text` is what is shown and copied, `value` what is sorted by (absent: not sortable). */
export interface TableColumn<R> {
  readonly id: string;
  readonly label: string;
  readonly numeric?: boolean;
  readonly hideLabel?: boolean;
  readonly text?: (row: R) => string;
  readonly value?: (row: R) => string | number | null;
}

/** A sorted copy; rows without a value come last in either direction, equal rows keep their order. */
export function sortRows<R>(rows: readonly R[], column: TableColumn<R>, descending: boolean): readonly R[] {
  const value = column.value;
  if (value === undefined) return rows;
  return rows.toSorted((left, right) => {
    const [a, b] = [value(left), value(right)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const order = typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : Number(a) - Number(b);
    return descending ? -order : order;
  });
}

const clean = (cell: string): string => cell.replace(/[\t\r\n]+/g, ' ');

/** The table as tab-separated lines, header first; columns without text are left out. */
export function tableText<R>(rows: readonly R[], columns: readonly TableColumn<R>[]): string {
  const shown = columns.filter((column) => column.text !== undefined);
  return [
    shown.map(({ label }) => clean(label)).join('\t'),
    ...rows.map((row) => shown.map(({ text }) => clean(text?.(row) ?? '')).join('\t')),
  ].join('\n');
}
