import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSource, refuseUnmapped } from '../../src/main/import/open-source.ts';
import { ClassMappingError } from '../../src/shared/errors.ts';
import { facePng } from '../support/png.ts';
import { readSource, source, type WholeSource } from '../support/read-source.ts';
import { type Files, writeFiles, writeZip } from '../support/sources.ts';
import { tempFolder } from '../support/temp.ts';

function folderOf(paths: readonly string[], name = 'faces'): string {
  const files: Files = Object.fromEntries(paths.map((path, index) => [path, facePng(index)]));
  return writeFiles(join(tempFolder(), name), files);
}

function labels({ ready, rows }: WholeSource): string[] {
  return rows.map(({ key, split, votes }) => `${key}|${split}|${ready.classes[votes.indexOf(1)]!.name}`);
}

describe('class folders', () => {
  test.each<[string, string[], string[]]>([
    [
      'class/…',
      ['Happy/1.png', 'SAD/1.png', 'Angry/deep/er/1.png'],
      ['Angry/deep/er/1.png|none|anger', 'Happy/1.png|none|happiness', 'SAD/1.png|none|sadness'],
    ],
    [
      'split/class/… of any spelling',
      ['Training/happy/1.png', 'val/Neutral/1.png', 'TEST/happy/1.png'],
      ['test/happy/1.png|test|happiness', 'train/happy/1.png|train|happiness', 'valid/Neutral/1.png|valid|neutral'],
    ],
    [
      'split/class/… wrapped in other folders',
      ['archive/images/train/fear/1.png', 'archive/images/test/fear/1.png'],
      ['test/fear/1.png|test|fear', 'train/fear/1.png|train|fear'],
    ],
  ])('are read as %s', async (_, paths, expected) => {
    await readSource(source(folderOf(paths)), (whole) => {
      expect(whole.ready.importer.name).toBe('class-folders');
      expect(labels(whole).sort()).toEqual(expected);
      expect(whole.skipped).toEqual({});
    });
  });

  test('a chosen folder named like a split gives the split, and the key is as if its parent were chosen', async () => {
    const parent = folderOf(['train/happy/1.png', 'test/happy/1.png']);
    const keys: string[] = [];
    for (const split of ['train', 'test']) {
      await readSource(source(join(parent, split)), ({ rows }) => {
        keys.push(...rows.map((row) => row.key));
        expect(rows[0]!.split).toBe(split);
      });
    }
    await readSource(source(parent), ({ rows }) => expect(rows.map(({ key }) => key).sort()).toEqual(keys.sort()));
    await readSource(source([join(parent, 'train'), join(parent, 'test')]), ({ rows }) => {
      expect(rows.map(({ key }) => key).sort()).toEqual(keys.sort());
    });
  });

  test('from a zip they are the same rows as from a folder', async () => {
    const paths = ['train/happy/1.png', 'train/sad/2.png'];
    const files = Object.fromEntries(paths.map((path, index) => [path, facePng(index)]));
    const zip = writeZip(join(tempFolder(), 'faces.zip'), files);
    const fromFolder = await readSource(source(folderOf(paths)), labels);
    expect(await readSource(source(zip), labels)).toEqual(fromFolder);
  });

  test('classes stand in the order of FERPlus, new ones after them', async () => {
    const folder = folderOf(['zeal/1.png', 'nf/1.png', 'sad/1.png', 'happy/1.png', 'awe/1.png']);
    await readSource(source(folder, { classMap: { zeal: 'zeal', awe: 'awe' } }), ({ ready }) => {
      expect(ready.classes).toEqual([
        { name: 'happiness', emotion: true },
        { name: 'sadness', emotion: true },
        { name: 'NF', emotion: false },
        { name: 'awe', emotion: true },
        { name: 'zeal', emotion: true },
      ]);
    });
  });

  test('a name nobody knows is refused by name until it is mapped, kept or left out', async () => {
    const folder = folderOf(['happy/1.png', 'bored/1.png', 'Glee/1.png', 'misc/1.png']);
    const ready = await openSource(source(folder));
    await ready.close();
    expect(ready.unmappedClasses).toEqual(['Glee', 'bored', 'misc']);
    expect(() => refuseUnmapped(ready)).toThrow(ClassMappingError);
    expect(() => refuseUnmapped(ready)).toThrow(/“Glee”, “bored”, “misc”/);
    const classMap = { Glee: 'happy', bored: 'bored', misc: 'skip' };
    await readSource(source(folder, { classMap }), (whole) => {
      expect(() => refuseUnmapped(whole.ready)).not.toThrow();
      expect(labels(whole).sort()).toEqual([
        'Glee/1.png|none|happiness',
        'bored/1.png|none|bored',
        'happy/1.png|none|happiness',
      ]);
      expect(whole.skipped).toEqual({ 'class-left-out': 1 });
    });
  });

  test('images outside any class folder are counted, and alone they are an error', async () => {
    await readSource(source(folderOf(['happy/1.png', 'stray.png'])), ({ rows, skipped }) => {
      expect(rows).toHaveLength(1);
      expect(skipped).toEqual({ 'no-class-folder': 1 });
    });
    const flat = source(folderOf(['1.png', '2.png']), { kind: 'class-folders' });
    await expect(readSource(flat, () => 0)).rejects.toThrow('no image lies in a folder named by its class');
  });

  test('every image is either a row or counted, whatever the folders are called', async () => {
    const part = fc.constantFrom('train', 'Test', 'happy', 'SAD', 'bored', 'x');
    const path = fc.array(part, { maxLength: 3 }).map((parts) => [...parts, 'f.png'].join('/'));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { minLength: 1, maxLength: 6 }), async (paths) => {
        const classMap = { bored: 'bored', x: 'x', train: 'skip', Test: 'skip' };
        const given = source(folderOf([...paths, 'happy/g.png']), { classMap, kind: 'class-folders' });
        await readSource(given, ({ rows, tally, skipped }) => {
          const counted = Object.values(skipped).reduce((sum, count) => sum + count, 0);
          expect(rows.length + counted).toBe(paths.length + 1);
          expect(tally.rowsRead).toBe(paths.length + 1);
          expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
        });
      }),
      { numRuns: 40 },
    );
  });
});
