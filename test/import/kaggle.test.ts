import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileEntry } from '../../src/main/import/folder-tree.ts';
import { type KaggleRow, parsePixels, readKaggle } from '../../src/main/import/kaggle.ts';
import { readLines, type TextLine } from '../../src/main/import/text-lines.ts';
import { greyFace } from '../support/png.ts';
import { tempFolder } from '../support/temp.ts';

function entryOf(content: string) {
  const file = join(tempFolder(), 'fer2013.csv');
  writeFileSync(file, content);
  return fileEntry(file, 'fer2013.csv', 'fer2013.csv');
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('Kaggle’s table', () => {
  test('any pixels written as numbers are read back', () => {
    const pixels = fc.uint8Array({ minLength: 2304, maxLength: 2304 });
    fc.assert(
      fc.property(pixels, (data) => {
        expect(parsePixels(data.join(' '), 'x.csv', 2).data).toEqual(data);
      }),
      { numRuns: 20 },
    );
  });

  test('columns may stand in another order, spaced and quoted, as in its other edition', async () => {
    const pixels = greyFace(4).data.join(' ');
    const rows: KaggleRow[] = await all(
      readKaggle(entryOf(`\uFEFFemotion, Usage, pixels\r\n3,PublicTest,"${pixels}"\r\n\r\n0, Training, ${pixels}\r\n`)),
    );
    expect(rows.map(({ position, line, emotion, split }) => ({ position, line, emotion, split }))).toEqual([
      { position: 0, line: 2, emotion: 3, split: 'valid' },
      { position: 1, line: 4, emotion: 0, split: 'train' },
    ]);
    for (const row of rows) expect(parsePixels(row.pixels, 'x', row.line).data).toEqual(greyFace(4).data);
  });
});

describe('lines of a long text', () => {
  test('are whole wherever the stream cuts it, the last with or without its end', async () => {
    const long = Array.from({ length: 700 }, (_, index) => `${index}:${'é'.repeat(index * 5)}`);
    for (const end of ['', '\n']) {
      const lines: TextLine[] = await all(readLines(entryOf(long.join('\r\n') + end)));
      expect(lines).toEqual(long.map((text, index) => ({ line: index + 1, text })));
    }
  });

  test('a line without end is one error naming it', async () => {
    const reading = all(readLines(entryOf(`short\n${'x'.repeat(3 << 20)}`)));
    await expect(reading).rejects.toMatchObject({ code: 'IMPORT', detail: { file: 'fer2013.csv', line: 2 } });
  });
});
