/** A column of a table on the terminal; numbers stand to the right. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  cell(row: Row): string;
}

/** Rows in aligned columns under their titles, two spaces apart; without rows the `empty` sentence. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], empty: string): string {
  if (rows.length === 0) return empty;
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map((column) => column.cell(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)));
  const lines = cells.map((line) =>
    line
      .map((cell, index) =>
        columns[index]!.align === 'right' ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!),
      )
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

/** Rows of cells under a row of titles, at most `most` of them; how many are left out is said. */
export function rowsAsText(rows: readonly (readonly string[])[], most: number): string {
  const [titles = [], ...body] = rows;
  const columns = titles.map((title, index) => ({ title, cell: (row: readonly string[]) => row[index] ?? '' }));
  const shown = table(columns, body.slice(0, most), '');
  return body.length > most ? `${shown}\n… and ${body.length - most} more` : shown;
}

/** Names and values in two aligned columns. */
export function pairs(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}
