import { describe, expect, it } from 'vitest';
import { sortRows, type TableColumn, tableText } from '../../src/renderer/table.ts';

interface Row {
  readonly name: string;
  readonly f1: number | null;
}
const rows: readonly Row[] = [
  { name: 'fear', f1: null },
  { name: 'anger', f1: 0.5 },
  { name: 'sad\tness', f1: 0.25 },
];
const name: TableColumn<Row> = { id: 'name', label: 'Class', text: (row) => row.name, value: (row) => row.name };
const f1: TableColumn<Row> = { id: 'f1', label: 'F1', text: (row) => String(row.f1 ?? ''), value: (row) => row.f1 };

describe('table', () => {
  it('sorts by value and keeps rows without one last in both directions', () => {
    expect(sortRows(rows, f1, false).map((row) => row.f1)).toEqual([0.25, 0.5, null]);
    expect(sortRows(rows, f1, true).map((row) => row.f1)).toEqual([0.5, 0.25, null]);
    expect(sortRows(rows, name, false).map((row) => row.name)[0]).toBe('anger');
  });

  it('leaves the order alone where a column has no value, and never changes its input', () => {
    const before = [...rows];
    expect(sortRows(rows, { id: 'x', label: 'X' }, true)).toEqual(before);
    sortRows(rows, f1, true);
    expect(rows).toEqual(before);
  });

  it('copies as tab-separated lines with a header, without columns that hold no text', () => {
    expect(tableText(rows, [name, f1, { id: 'actions', label: 'Actions' }])).toBe(
      'Class\tF1\nfear\t\nanger\t0.5\nsad ness\t0.25',
    );
  });
});
