import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTree } from '../../src/main/import/open-tree.ts';
import type { SourceTree } from '../../src/main/import/source-tree.ts';
import { ImportError, NotFoundError } from '../../src/shared/errors.ts';
import { facePng } from '../support/png.ts';
import { writeFiles, writeZip } from '../support/sources.ts';
import { tempFolder } from '../support/temp.ts';
import { makeZip, type ZipItem } from '../support/zip.ts';

async function tree(...paths: readonly string[]): Promise<SourceTree> {
  const opened = await openTree(paths);
  onTestFinished(() => opened.close());
  return opened;
}

function zipOf(...items: readonly ZipItem[]): string {
  const file = join(tempFolder(), 'faces.zip');
  writeFileSync(file, makeZip(items));
  return file;
}

const paths = (opened: SourceTree): string[] => opened.entries.map(({ path }) => path).sort();
const LIMIT = 1 << 26;

describe('a tree of sources', () => {
  test('a folder and a zip of the same files are the same tree with the same bytes', async () => {
    const files = { 'a/one.png': facePng(1), 'a/b/two.png': facePng(2), 'list.csv': 'x,y\n' };
    const folder = writeFiles(join(tempFolder(), 'faces'), files);
    const zip = writeZip(join(tempFolder(), 'faces.zip'), files);
    for (const opened of [await tree(folder), await tree(zip)]) {
      expect(opened.name).toBe('faces');
      expect(paths(opened)).toEqual(['a/b/two.png', 'a/one.png', 'list.csv']);
      for (const entry of opened.entries) {
        expect(await entry.read(LIMIT)).toEqual(Buffer.from(files[entry.path as keyof typeof files]));
        const streamed = await (await entry.stream()).toArray();
        expect(Buffer.concat(streamed)).toEqual(await entry.read(LIMIT));
      }
    }
  });

  test('any bytes come back from a zip, stored or deflated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 5 }), async (blobs) => {
        const file = join(tempFolder(), 'any.zip');
        const items = blobs.map((data, i) => ({ path: `${i}.bin`, data: Buffer.from(data), stored: i % 2 === 0 }));
        writeFileSync(file, makeZip(items));
        const opened = await openTree([file]);
        const read = await Promise.all(opened.entries.map((entry) => entry.read(LIMIT)));
        await opened.close();
        expect(read).toEqual(items.map(({ data }) => data));
      }),
      { numRuns: 25 },
    );
  });

  test('an entry larger than a block of the reader comes back whole', async () => {
    const data = Buffer.alloc(3_500_000, 'face pixels are not random ');
    const opened = await tree(zipOf({ path: 'big.bin', data, stored: true }, { path: 'small.png', data: facePng(1) }));
    expect((await opened.entries[0]!.read(LIMIT)).equals(data)).toBe(true);
    expect((await opened.entries[1]!.read(LIMIT)).equals(facePng(1))).toBe(true);
  });

  test('several choices stand beside each other under their own names', async () => {
    const folder = tempFolder();
    writeFiles(folder, { 'train/happy/1.png': facePng(1), 'votes.csv': 'a\n' });
    const zip = writeZip(join(folder, 'test.zip'), { 'happy/1.png': facePng(2) });
    const opened = await tree(join(folder, 'train'), zip, join(folder, 'votes.csv'));
    expect(paths(opened)).toEqual(['test/happy/1.png', 'train/happy/1.png', 'votes.csv']);
  });

  test('a folder that only holds a zip is that zip, and clutter is passed over', async () => {
    const folder = tempFolder();
    writeZip(join(folder, 'faces.zip'), { 'happy/1.png': facePng(1), '__MACOSX/happy/._1.png': 'junk' });
    writeFiles(folder, { '.DS_Store': 'junk' });
    expect(paths(await tree(folder))).toEqual(['faces.zip', 'happy/1.png']);
  });

  test('links are followed inside the chosen folder and refused when they lead out of it', async () => {
    const outside = writeFiles(tempFolder(), { 'secret.png': facePng(9) });
    const folder = writeFiles(tempFolder(), { 'real/1.png': facePng(1) });
    symlinkSync(join(folder, 'real/1.png'), join(folder, 'inside.png'));
    symlinkSync(join(outside, 'secret.png'), join(folder, 'out.png'));
    symlinkSync(outside, join(folder, 'outfolder'));
    symlinkSync(folder, join(folder, 'loop'));
    symlinkSync(join(folder, 'gone'), join(folder, 'dangling'));
    const opened = await tree(folder);
    expect(paths(opened)).toEqual(['inside.png', 'real/1.png']);
    expect(opened.refusals.map(({ reason, place }) => [reason, place.what])).toEqual([
      ['link', 'dangling'],
      ['link', 'loop'],
      ['link', 'out.png'],
      ['link', 'outfolder'],
    ]);
  });

  test('a path that is not there is a NotFoundError', async () => {
    await expect(openTree([join(tempFolder(), 'nothing')])).rejects.toThrow(NotFoundError);
  });
});

describe('a zip that cannot be trusted', () => {
  test('cut off anywhere it is one ImportError naming the file', async () => {
    const whole = makeZip([1, 2, 3].map((seed) => ({ path: `happy/${seed}.png`, data: facePng(seed) })));
    const file = join(tempFolder(), 'cut.zip');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        writeFileSync(file, whole.subarray(0, length));
        const opening = openTree([file]);
        await expect(opening).rejects.toThrow(ImportError);
        await expect(opening).rejects.toThrow(/cut\.zip is damaged or incomplete/);
      }),
      { numRuns: 40 },
    );
  });

  test('entries that climb out, are absolute, name a drive or are links are refused one by one', async () => {
    const data = facePng(1);
    const opened = await tree(
      zipOf(
        { path: '../../etc/passwd.png', data },
        { path: 'happy/../../x.png', data },
        { path: '/tmp/x.png', data },
        { path: 'C:/x.png', data },
        { path: '..\\x.png', data },
        { path: 'happy/link.png', data, symlink: true },
        { path: 'happy/good.png', data },
      ),
    );
    expect(paths(opened)).toEqual(['happy/good.png']);
    expect(opened.refusals.map(({ reason }) => reason)).toEqual([...new Array(5).fill('unsafe-path'), 'link']);
  });

  test.each([
    ['encrypted', { encrypted: true }, 'encrypted'],
    ['wrong checksum', { crc: 1 }, 'unreadable-image'],
    ['expanding beyond its declared size', { declaredSize: 10 }, 'unreadable-image'],
    ['expanding to less than its declared size', { declaredSize: 5000 }, 'unreadable-image'],
  ])('one entry that is %s fails alone', async (_, lie, reason) => {
    const data = Buffer.alloc(4000, 'pixels');
    const opened = await tree(zipOf({ path: 'bad.png', data, ...lie }, { path: 'good.png', data }));
    await expect(opened.entries[0]!.read(LIMIT)).rejects.toMatchObject({ code: 'IMPORT', reason });
    expect(await opened.entries[1]!.read(LIMIT)).toEqual(data);
  });

  test('a bomb is refused by its ratio and by its size, as bytes and as a stream', async () => {
    const opened = await tree(zipOf({ path: 'bomb.csv', data: Buffer.alloc(20_000_000) }));
    const entry = opened.entries[0]!;
    await expect(entry.read(LIMIT)).rejects.toMatchObject({ reason: 'too-large' });
    await expect(entry.stream()).rejects.toMatchObject({ reason: 'too-large' });
    await expect(entry.read(1000)).rejects.toThrow('at most 1000 are read');
  });

  test('a file that is no zip at all is the same clear error', async () => {
    const folder = writeFiles(tempFolder(), { 'fake.zip': 'I am text' });
    await expect(openTree([join(folder, 'fake.zip')])).rejects.toThrow(/fake\.zip is damaged or incomplete/);
  });
});
