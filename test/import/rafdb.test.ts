import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RAFDB_CLASSES } from '../../src/shared/class-sets.ts';
import { facePng } from '../support/png.ts';
import { readSource, source } from '../support/read-source.ts';
import { type Files, writeFiles } from '../support/sources.ts';
import { tempFolder } from '../support/temp.ts';

const LIST = 'train_00001.jpg 5\ntrain_00002.jpg 1\ntest_0001.jpg 7\n';
const ALIGNED: Files = {
  'Image/aligned/train_00001_aligned.jpg': facePng(1),
  'Image/aligned/train_00002_aligned.jpg': facePng(2),
  'Image/aligned/test_0001_aligned.jpg': facePng(3),
};
const ORIGINAL = Object.fromEntries(
  Object.entries(ALIGNED).map(([path, data]) => [path.replace('aligned/', 'original/').replace('_aligned', ''), data]),
);

function folderOf(files: Files): string {
  return writeFiles(join(tempFolder(), 'RAF-DB'), files);
}

describe('RAF-DB', () => {
  test.each<[string, Files, string]>([
    ['aligned images', { 'EmoLabel/list_patition_label.txt': LIST, ...ALIGNED }, 'aligned'],
    ['original images', { 'EmoLabel/list_patition_label.txt': LIST, ...ORIGINAL }, 'original'],
    [
      'both, of which the aligned count',
      { 'EmoLabel/list_patition_label.txt': LIST, ...ORIGINAL, ...ALIGNED },
      'aligned',
    ],
    ['a list whose name is spelt rightly', { 'basic/EmoLabel/list_partition_label.txt': LIST, ...ALIGNED }, 'aligned'],
    [
      'a list with Windows line ends',
      { 'EmoLabel/list_patition_label.txt': LIST.replaceAll('\n', '\r\n'), ...ALIGNED },
      'aligned',
    ],
  ])('is read from %s', async (_, files, folder) => {
    await readSource(source(folderOf(files)), ({ ready, rows, skipped }) => {
      expect(ready.importer.name).toBe('rafdb');
      expect(skipped).toEqual({});
      expect(rows.map(({ key, split, line }) => [key, split, line])).toEqual([
        ['train_00001.jpg', 'train', 1],
        ['train_00002.jpg', 'train', 2],
        ['test_0001.jpg', 'test', 3],
      ]);
      expect(rows.map(({ votes }) => RAFDB_CLASSES[votes.indexOf(1)]!.name)).toEqual([
        'sadness',
        'surprise',
        'neutral',
      ]);
      expect(rows.every(({ imageFile }) => imageFile.includes(`/${folder}/`))).toBe(true);
    });
  });

  test('bad labels, unknown splits, repeated names and missing images are counted with their lines', async () => {
    const list = `train_00001.jpg 5\ntrain_00001.jpg 4\ntrain_00002.jpg 8\nother_1.jpg 2\ntest_0001.jpg\n\ntest_0009.jpg 3\n`;
    await readSource(source(folderOf({ 'list_patition_label.txt': list, ...ALIGNED })), ({ rows, tally, skipped }) => {
      expect(rows.map(({ key, line, votes }) => [key, line, votes.indexOf(1)])).toEqual([['train_00001.jpg', 2, 3]]);
      expect(skipped).toEqual({
        'bad-label': 2,
        'unknown-split': 1,
        'duplicate-name': 1,
        'image-missing': 1,
        'no-votes': 2,
      });
      expect(tally.rowsRead).toBe(6);
      expect(tally.skips().find(({ reason }) => reason === 'image-missing')!.first[0]!.line).toBe(7);
    });
  });

  test.each<[string, Files, RegExp]>([
    ['without its list', ALIGNED, /list_patition_label\.txt is not there/],
    ['without images', { 'EmoLabel/list_patition_label.txt': LIST }, /images such as .* is not there/],
  ])('%s it is one error', async (_, files, message) => {
    await expect(readSource(source(folderOf(files)), () => 0)).rejects.toThrow(message);
  });
});
