import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, guardCell, unguardCell } from '../../../src/main/import/label-files/guarded-cell.ts';

const EVIL = [
  "=cmd|'/c calc'!A1",
  '+1+1',
  '-2+3',
  '@SUM(A1:A9)',
  '\t=1+1',
  '\r=1+1',
  '＝1+1',
  'fine;=1+1',
  'fine\n=1+1',
  "'=1+1",
];

/** Texts thick with what the guard looks at. */
const texts = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom('=', '+', '-', '@', "'", ',', ';', '|', '\t', '\r', '\n', '"', 'a', '1', '＝'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);

/** Whether a spreadsheet that splits at any usual separator would find a cell that begins a formula. */
const hasFormula = (cell: string): boolean => cell.split(/[,;|\t\r\n]/).some((part) => /^[=+\-@＝＋－＠]/.test(part));

describe('a cell for spreadsheets', () => {
  it.each(EVIL)('does not begin a formula: %j', (text) => {
    expect(hasFormula(guardCell(text))).toBe(false);
    expect(unguardCell(guardCell(text))).toBe(text);
  });

  it('never begins one, whatever the text, and gives the text back exactly', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(hasFormula(guardCell(text))).toBe(false);
        expect(unguardCell(guardCell(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves usual names alone', () => {
    for (const text of ['fer0000000.png', 'train/happiness/a-b.png', 'Ada Lovelace', "it's sad", '']) {
      expect(guardCell(text)).toBe(text);
    }
  });
});

describe('a line of CSV', () => {
  it('is read back as it was written, by another reader', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), (cells) => {
        const [read] = parse(csvLine(['x', ...cells]), { relax_column_count: true }) as string[][];
        expect(read!.slice(1).map(unguardCell)).toEqual(cells);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes numbers as they are and nothing for null', () => {
    expect(csvLine(['Training', 'a,b.png', 10, null, -1])).toBe('Training,"a,b.png",10,,-1\r\n');
  });
});
