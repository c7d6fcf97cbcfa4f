import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/main/import/image.ts';
import { facePng, greyFace } from '../support/png.ts';
import { readSource, source } from '../support/read-source.ts';
import { FER2013_HEAD, FERPLUS_ZIP, hasSharedData, needsSharedData } from '../support/shared-data.ts';
import { type Files, ferName, HAPPY, kaggleTable, SAD, voteTable, writeFiles, writeZip } from '../support/sources.ts';
import { tempFolder } from '../support/temp.ts';

const TABLE = voteTable(
  `Training,${ferName(0)},${HAPPY}`,
  `PublicTest,${ferName(1)},${SAD}`,
  `PrivateTest,${ferName(2)},${HAPPY}`,
);
const PNGS: Files = {
  [`data/FER2013Train/${ferName(0)}`]: facePng(0),
  [`data/FER2013Valid/${ferName(1)}`]: facePng(1),
  [`data/FER2013Test/${ferName(2)}`]: facePng(2),
};
const WHOLE: Files = { 'fer2013new.csv': TABLE, ...PNGS };
const happy = HAPPY.split(',').map(Number);
const sad = SAD.split(',').map(Number);

function folderOf(files: Files): string {
  return writeFiles(join(tempFolder(), 'ferplus'), files);
}

describe('FERPlus', () => {
  test.each<[string, () => string[]]>([
    ['a folder', () => [folderOf(WHOLE)]],
    [
      'a folder nested in others',
      () => [folderOf(Object.fromEntries(Object.entries(WHOLE).map(([k, v]) => [`a/b/${k}`, v])))],
    ],
    ['a zip', () => [writeZip(join(tempFolder(), 'ferplus.zip'), WHOLE)]],
    [
      'a zip of images with the table beside it',
      () => [
        writeZip(join(tempFolder(), 'images.zip'), PNGS),
        join(folderOf({ 'fer2013new.csv': TABLE }), 'fer2013new.csv'),
      ],
    ],
    [
      'a folder of images with a table of another name beside it',
      () => [folderOf(PNGS), join(folderOf({ 'my votes.csv': TABLE }), 'my votes.csv')],
    ],
    [
      'Kaggle’s pixels with the table',
      () => [
        folderOf({
          'fer2013new.csv': TABLE,
          'fer2013.csv': kaggleTable(['Training', 'PublicTest', 'PrivateTest'].map((usage) => ({ emotion: 3, usage }))),
        }),
      ],
    ],
  ])('is read from %s', async (_, make) => {
    await readSource(source(make()), async ({ ready, rows, tally, skipped }) => {
      expect(ready.importer.name).toBe('ferplus');
      expect(skipped).toEqual({});
      expect(tally.rowsRead).toBe(3);
      expect(rows.map(({ key, split, votes, line }) => ({ key, split, votes, line }))).toEqual([
        { key: ferName(0), split: 'train', votes: happy, line: 2 },
        { key: ferName(1), split: 'valid', votes: sad, line: 3 },
        { key: ferName(2), split: 'test', votes: happy, line: 4 },
      ]);
      const hashes = await Promise.all(rows.map(async (row) => contentHash((await row.load()).decoded)));
      expect(hashes).toEqual([0, 1, 2].map((seed) => contentHash(greyFace(seed))));
    });
  });

  test('columns may stand in another order', async () => {
    const columns = TABLE.split('\r\n').map((line) => line.split(',').toReversed().join(','));
    const folder = folderOf({ ...PNGS, 'fer2013new.csv': columns.join('\n') });
    await readSource(source(folder), ({ rows }) => {
      expect(rows.map(({ votes }) => votes)).toEqual([happy, sad, happy]);
    });
  });

  test('votes come from each folder’s label.csv where there is no table, and say so', async () => {
    const folder = folderOf({
      ...PNGS,
      'data/FER2013Train/label.csv': `${ferName(0)},"(0, 0, 48, 48)",${SAD}\n`,
      'data/FER2013Valid/label.csv': `${ferName(1)},"(0, 0, 48, 48)",${HAPPY}\n,"(0, 0, 48, 48)",${HAPPY}\n`,
    });
    await readSource(source(folder), ({ rows, skipped }) => {
      expect(rows.map(({ split, votes, voteFile, line }) => ({ split, votes, voteFile, line }))).toEqual([
        { split: 'train', votes: sad, voteFile: 'ferplus/data/FER2013Train/label.csv', line: 1 },
        { split: 'valid', votes: happy, voteFile: 'ferplus/data/FER2013Valid/label.csv', line: 1 },
      ]);
      expect(skipped).toEqual({ 'no-name': 1, 'no-votes': 1 });
    });
  });

  test('the table wins over label.csv where both are there', async () => {
    const list = `${ferName(0)},"(0, 0, 48, 48)",${SAD}\n`;
    await readSource(source(folderOf({ ...WHOLE, 'data/FER2013Train/label.csv': list })), ({ ready, rows }) => {
      expect(ready.voteFiles).toEqual(['ferplus/fer2013new.csv']);
      expect(rows[0]!.votes).toEqual(happy);
    });
  });

  test('each row that cannot be used is counted by its reason, with its line', async () => {
    const table = voteTable(
      `Training,,${HAPPY}`,
      `Training,${ferName(0)},${HAPPY}`,
      `Training,${ferName(0)},${SAD}`,
      `Training,${ferName(1)},1,2,three,0,0,0,0,0,0,0`,
      `Training,${ferName(1)},1,2,-3,0,0,0,0,0,0,0`,
      `Training,${ferName(1)},1,2`,
      `Training,${ferName(1)},1,2,99999,0,0,0,0,0,0,0`,
      `Sometimes,${ferName(1)},${HAPPY}`,
      `Training,../../../etc/passwd,${HAPPY}`,
      `PublicTest,${ferName(7)},${HAPPY}`,
    );
    await readSource(source(folderOf({ ...PNGS, 'fer2013new.csv': table })), ({ rows, tally, skipped }) => {
      expect(rows.map(({ key, votes, line }) => ({ key, votes, line }))).toEqual([
        { key: ferName(0), votes: sad, line: 4 },
      ]);
      expect(skipped).toEqual({
        'no-name': 1,
        'duplicate-name': 1,
        'bad-votes': 4,
        'unknown-split': 1,
        'image-missing': 2,
        'no-votes': 1,
      });
      expect(tally.rowsRead).toBe(10);
      const places = Object.fromEntries(tally.skips().map(({ reason, first }) => [reason, first[0]]));
      expect(places['bad-votes']).toMatchObject({ file: 'ferplus/fer2013new.csv', line: 5 });
      expect(places['bad-votes']!.what).toContain('three');
      expect(places['duplicate-name']).toMatchObject({ line: 3, what: ferName(0) });
      expect(places['image-missing']).toMatchObject({ line: 10, what: '../../../etc/passwd' });
    });
  });

  test('missing splits are fine', async () => {
    const { [`data/FER2013Test/${ferName(2)}`]: _, ...rest } = WHOLE;
    await readSource(source(folderOf(rest)), ({ rows, tally, skipped }) => {
      expect(rows.map(({ split }) => split)).toEqual(['train', 'valid']);
      expect(skipped).toEqual({ 'image-missing': 1 });
      expect(tally.rowsBySplit()).toContainEqual({ split: 'test', rows: 1 });
    });
  });

  test('Kaggle’s rows join the table’s by position, since names fall behind where a row has none', async () => {
    const table = voteTable(
      `Training,${ferName(0)},${HAPPY}`,
      `Training,,${HAPPY}`,
      `Training,${ferName(1)},${SAD}`,
      `Training,${ferName(0)},${SAD}`,
      `Training,${ferName(4)},${SAD}`,
    );
    const pixels = kaggleTable([0, 1, 2, 3].map(() => ({ emotion: 3, usage: 'Training' })));
    await readSource(
      source(folderOf({ 'fer2013new.csv': table, 'fer2013.csv': pixels })),
      async ({ rows, skipped }) => {
        const hashes = await Promise.all(rows.map(async ({ key, load }) => [key, contentHash((await load()).decoded)]));
        expect(hashes).toEqual([
          [ferName(1), contentHash(greyFace(2))],
          [ferName(0), contentHash(greyFace(3))],
        ]);
        expect(skipped).toEqual({ 'no-name': 1, 'duplicate-name': 1, 'image-missing': 1 });
      },
    );
  });

  test('Kaggle rows beyond the table are counted, and another order of the splits is an error', async () => {
    const table = voteTable(`Training,${ferName(0)},${HAPPY}`);
    const longer = ['Training', 'PublicTest'].map((usage) => ({ emotion: 3, usage }));
    const folder = folderOf({ 'fer2013new.csv': table, 'fer2013.csv': kaggleTable(longer) });
    await readSource(source(folder), ({ rows, skipped }) => {
      expect(rows).toHaveLength(1);
      expect(skipped).toEqual({ 'no-votes': 1 });
    });
    const other = folderOf({ 'fer2013new.csv': table, 'fer2013.csv': kaggleTable(longer.toReversed()) });
    await expect(readSource(source(other), () => 0)).rejects.toThrow('do not stand in the same order');
  });

  test('Kaggle’s file alone gives one vote a face, its classes mapped by name', async () => {
    const table = kaggleTable([
      { emotion: 3, usage: 'Training' },
      { emotion: 6, usage: 'PublicTest' },
      { emotion: 9, usage: 'PrivateTest' },
      { emotion: 1, usage: 'Nowhere' },
    ]);
    await readSource(source(folderOf({ 'fer2013.csv': table })), ({ rows, skipped }) => {
      expect(rows.map(({ key, split, votes, line }) => ({ key, split, votes, line }))).toEqual([
        { key: 'fer2013-row-0000000', split: 'train', votes: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], line: 2 },
        { key: 'fer2013-row-0000001', split: 'valid', votes: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], line: 3 },
      ]);
      expect(skipped).toEqual({ 'bad-label': 1, 'unknown-split': 1 });
    });
  });

  test.each([
    ['too few values', '1 2 3'],
    ['too many values', `${greyFace(0).data.join(' ')} 7`],
    ['a letter', greyFace(0).data.join(' ').replace(' ', ' x')],
    ['a value over 255', greyFace(0).data.join(' ').replace(/^\d+/, '256')],
  ])('Kaggle pixels with %s are an unreadable image', async (_, pixels) => {
    const folder = folderOf({ 'fer2013.csv': `emotion,pixels,Usage\n3,${pixels},Training\n` });
    await readSource(source(folder), async ({ rows }) => {
      await expect(rows[0]!.load()).rejects.toMatchObject({
        code: 'IMPORT',
        detail: { file: 'ferplus/fer2013.csv', line: 2 },
      });
    });
  });

  test.each<[string, Files, RegExp]>([
    [
      'a table with wrong columns',
      { ...PNGS, 'fer2013new.csv': 'Usage,Image name,neutral\n' },
      /fer2013new\.csv lacks the columns happiness/,
    ],
    ['an empty table', { ...PNGS, 'fer2013new.csv': '' }, /fer2013new\.csv lacks the columns/],
    ['a broken table', { ...PNGS, 'fer2013new.csv': 'Usage,"Image name\nx' }, /fer2013new\.csv cannot be read as CSV/],
    ['images without votes', PNGS, /not their votes/],
    [
      'a label.csv with Kaggle’s nameless rows',
      { 'FER2013Train/label.csv': `${ferName(0)},box,${SAD}\n`, 'fer2013.csv': kaggleTable([]) },
      /name no image/,
    ],
    ['votes without images', { 'fer2013new.csv': TABLE }, /no images/],
  ])('%s is one error that says what to do', async (_, files, message) => {
    const reading = readSource(source(folderOf(files)), () => 0);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toMatchObject({ code: 'IMPORT', detail: { file: expect.any(String) } });
  });

  test('a CSV of other columns, asked for as FERPlus, is named with the columns expected', async () => {
    const file = join(folderOf({ 'table.csv': 'a,b\n1,2\n' }), 'table.csv');
    await expect(readSource(source(file, { kind: 'ferplus' }), () => 0)).rejects.toMatchObject({
      message: expect.stringContaining('table.csv has other columns'),
      detail: { file: 'table.csv', remedy: expect.stringContaining('emotion,pixels,Usage') },
    });
  });
});

describe.skipIf(!hasSharedData || !existsSync(FER2013_HEAD))(`real Kaggle rows${needsSharedData}`, () => {
  test('joined with the real votes they hold the very pixels of the real PNGs', async () => {
    const pngHashes = await readSource(source(FERPLUS_ZIP), async ({ rows }) => {
      const head = rows.slice(0, 396);
      return new Map(await Promise.all(head.map(async (r) => [r.key, contentHash((await r.load()).decoded)] as const)));
    });
    const table = await readSource(source(FERPLUS_ZIP), async ({ ready }) => {
      const entry = ready.tree.entries.find(({ path }) => path === 'fer2013new.csv');
      return await entry!.read(1 << 26);
    });
    const votes = join(folderOf({ 'fer2013new.csv': table }), 'fer2013new.csv');
    await readSource(source([FER2013_HEAD, votes]), async ({ rows, skipped }) => {
      expect(rows.length).toBe(396);
      expect(skipped).toEqual({ 'no-name': 158, 'duplicate-name': 3, 'image-missing': 32_137 - 396 });
      const compared = rows.filter(({ key }) => pngHashes.has(key));
      expect(compared.length).toBe(pngHashes.size);
      for (const row of compared) {
        expect(contentHash((await row.load()).decoded).toString('hex')).toBe(pngHashes.get(row.key)!.toString('hex'));
      }
    });
  });
});
