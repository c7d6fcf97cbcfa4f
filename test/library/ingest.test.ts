import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/main/import/image.ts';
import { createDataset, findDataset, listDatasets } from '../../src/main/library/datasets.ts';
import type { Library } from '../../src/main/library/db.ts';
import { imageOfSample } from '../../src/main/library/images.ts';
import { ingest } from '../../src/main/library/ingest.ts';
import { getSample } from '../../src/main/library/samples.ts';
import { FERPLUS_CLASSES } from '../../src/shared/class-sets.ts';
import { importReportSchema } from '../../src/shared/contract/imports.ts';
import { CancelledError, ClassMappingError, ConflictError, ImportError } from '../../src/shared/errors.ts';
import { declaringSize, facePng, greyFace, noisyPng } from '../support/png.ts';
import { source } from '../support/read-source.ts';
import { type Files, ferName, HAPPY, SAD, voteTable, writeFiles, writeZip } from '../support/sources.ts';
import { tempFolder, tempLibrary } from '../support/temp.ts';
import { makeZip } from '../support/zip.ts';

const NAMED = { name: 'faces' };

/** A FERPlus folder of `faces` different faces, all of the training split. */
function ferplus(faces: number, change: Files = {}): string {
  const numbers = Array.from({ length: faces }, (_, index) => index);
  const images = Object.fromEntries(numbers.map((n) => [`data/FER2013Train/${ferName(n)}`, facePng(n)]));
  const table = voteTable(...numbers.map((n) => `Training,${ferName(n)},${HAPPY}`));
  return writeFiles(join(tempFolder(), 'ferplus'), { ...images, 'fer2013new.csv': table, ...change });
}

function count(library: Library, table: string): number {
  return library.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
}

function firstId(library: Library): number {
  return library.prepare('SELECT min(id) FROM samples').pluck().get() as number;
}

describe('ingesting', () => {
  test('stores faces with their pixels, votes and provenance, and reports them', async () => {
    const library = tempLibrary();
    const report = await ingest(library, { ...source(ferplus(3)), ...NAMED });
    expect(importReportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      dataset: 'faces',
      kind: 'ferplus',
      rowsRead: 3,
      imported: 3,
      alreadyPresent: 0,
      skipped: {},
      splits: { train: 3 },
      identicalPixels: { withinSplits: {}, acrossSplits: {} },
    });
    const face = getSample(library, firstId(library), null);
    expect(face).toMatchObject({
      key: ferName(0),
      width: 48,
      height: 48,
      contentHash: contentHash(greyFace(0)).toString('hex'),
      votes: HAPPY.split(',').map(Number),
      label: 1,
      source: { votesFile: 'ferplus/fer2013new.csv', row: 2 },
      image: { storedInside: true, mediaType: 'image/png', file: `ferplus/data/FER2013Train/${ferName(0)}` },
    });
    expect(imageOfSample(library, face.id).bytes).toEqual(facePng(0));
    expect(findDataset(library, 'faces')!.classes).toEqual(FERPLUS_CLASSES);
  });

  test('the same thing twice adds nothing', async () => {
    const library = tempLibrary();
    const given = { ...source(ferplus(5)), ...NAMED };
    const first = await ingest(library, given);
    const again = await ingest(library, given);
    expect(first).toMatchObject({ imported: 5, alreadyPresent: 0 });
    expect(again).toMatchObject({ imported: 0, alreadyPresent: 5, rowsRead: 5, datasetId: first.datasetId });
    expect([count(library, 'datasets'), count(library, 'samples'), count(library, 'images')]).toEqual([1, 5, 5]);
  });

  test('cancelled after a batch it keeps what was committed, and a second call goes on from there', async () => {
    const library = tempLibrary();
    const given = { ...source(ferplus(1100)), ...NAMED };
    const stop = new AbortController();
    const seen: number[] = [];
    const cancelled = ingest(library, given, {
      signal: stop.signal,
      onProgress: ({ done, total }) => {
        seen.push(done);
        expect(total).toBe(1100);
        stop.abort();
      },
    });
    await expect(cancelled).rejects.toThrow(CancelledError);
    await expect(cancelled).rejects.toMatchObject({ detail: { kept: '500 faces imported so far are kept.' } });
    expect(seen).toEqual([500]);
    expect(count(library, 'samples')).toBe(500);
    expect(await ingest(library, given)).toMatchObject({ imported: 600, alreadyPresent: 500 });
    expect(count(library, 'samples')).toBe(1100);
  });

  test('cancelled before it began it leaves no dataset', async () => {
    const library = tempLibrary();
    const signal = AbortSignal.abort();
    await expect(ingest(library, { ...source(ferplus(2)), ...NAMED }, { signal })).rejects.toThrow(CancelledError);
    expect(listDatasets(library)).toEqual([]);
  });

  test('any mixture of good, repeated, unnamed and damaged rows is imported or counted, row for row', async () => {
    const kinds = ['good', 'unnamed', 'letters', 'missing', 'damaged', 'repeated'] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 12 }), async (rows) => {
        const library = tempLibrary();
        const lines = [`Training,${ferName(0)},${HAPPY}`];
        const files: Record<string, Buffer | string> = { [ferName(0)]: facePng(0) };
        rows.forEach((kind, index) => {
          const name = kind === 'unnamed' ? '' : ferName(kind === 'repeated' ? 0 : index + 1);
          lines.push(`Training,${name},${kind === 'letters' ? HAPPY.replace('10', 'ten') : HAPPY}`);
          if (kind === 'good') files[name] = facePng(index + 1);
          if (kind === 'damaged') files[name] = facePng(index + 1).subarray(0, 200);
        });
        const folder = writeFiles(tempFolder(), { ...files, 'fer2013new.csv': voteTable(...lines) });
        const report = await ingest(library, { ...source(folder), ...NAMED });
        const times = (kind: string) => rows.filter((each) => each === kind).length;
        expect(report.imported).toBe(1 + times('good'));
        expect(report.skipped).toEqual(
          Object.fromEntries(
            [
              ['no-name', times('unnamed')],
              ['bad-votes', times('letters')],
              ['image-missing', times('missing')],
              ['unreadable-image', times('damaged')],
              ['duplicate-name', times('repeated')],
            ].filter(([, skips]) => skips !== 0),
          ),
        );
        expect(report.rowsRead).toBe(rows.length + 1);
      }),
      { numRuns: 25 },
    );
  });

  test('identical pixels are counted within each split and across each pair', async () => {
    const folder = writeFiles(tempFolder(), {
      'train/happy/1.png': facePng(1),
      'train/happy/2.png': facePng(1),
      'train/sad/3.png': facePng(3),
      'valid/happy/4.png': facePng(1),
      'valid/sad/5.png': facePng(1),
      'valid/sad/6.png': facePng(6),
      'test/sad/7.png': facePng(3),
      'test/sad/8.png': facePng(6),
    });
    const report = await ingest(tempLibrary(), { ...source(folder), ...NAMED });
    expect(report.identicalPixels).toEqual({
      withinSplits: { train: 1, valid: 1 },
      acrossSplits: { 'train/valid': 2, 'train/test': 1, 'valid/test': 1 },
    });
  });

  test('an image over 64 KB stays in its file, and one in a zip is laid beside the library once', async () => {
    const library = tempLibrary();
    const folder = writeFiles(join(tempFolder(), 'large'), { 'happy/1.png': noisyPng(1), 'sad/2.png': facePng(2) });
    await ingest(library, { ...source(folder), name: 'by file' });
    const [large, small] = library.prepare('SELECT id FROM samples ORDER BY key').pluck().all() as [number, number];
    expect(imageOfSample(library, large)).toMatchObject({ bytes: null, file: join(folder, 'happy/1.png') });
    expect(imageOfSample(library, large).thumbnail!.toString('latin1', 8, 12)).toBe('WEBP');
    expect(imageOfSample(library, small)).toMatchObject({ file: null, thumbnail: null });

    const zip = writeZip(join(tempFolder(), 'large.zip'), { 'happy/1.png': noisyPng(5), 'sad/2.png': noisyPng(5) });
    await ingest(library, { ...source(zip), name: 'by zip' });
    const id = library
      .prepare("SELECT id FROM samples WHERE image_file = 'large.zip/happy/1.png'")
      .pluck()
      .get() as number;
    const { file } = imageOfSample(library, id);
    expect(file!.startsWith(`${library.file}-images`)).toBe(true);
    expect(readFileSync(file!)).toEqual(noisyPng(5));
    const kept = readdirSync(`${library.file}-images`, { recursive: true, encoding: 'utf8' });
    expect(kept.filter((path) => statSync(join(`${library.file}-images`, path)).isFile())).toHaveLength(1);
  });
});

describe('ingesting into a dataset that is there', () => {
  test('a source whose classes it has is added with its votes in the dataset’s order', async () => {
    const library = tempLibrary();
    const all = writeFiles(tempFolder(), { 'train/happy/1.png': facePng(1), 'train/sad/1.png': facePng(2) });
    const more = writeFiles(tempFolder(), { 'test/Sad/1.png': facePng(3) });
    await ingest(library, { ...source(all), ...NAMED });
    const report = await ingest(library, { ...source(more), ...NAMED });
    expect(report).toMatchObject({ imported: 1, splits: { train: 2, test: 1 } });
    expect(findDataset(library, 'faces')!.classCounts).toEqual([1, 2]);
  });

  test('another kind or a class it lacks is a conflict naming the difference', async () => {
    const library = tempLibrary();
    createDataset(library, { name: 'faces', kind: 'class-folders', classes: [{ name: 'sadness', emotion: true }] });
    await expect(ingest(library, { ...source(ferplus(1)), ...NAMED })).rejects.toThrow(/class-folders.*ferplus/);
    const folder = writeFiles(tempFolder(), { 'sad/1.png': facePng(1), 'angry/1.png': facePng(2) });
    const adding = ingest(library, { ...source(folder), ...NAMED });
    await expect(adding).rejects.toThrow(ConflictError);
    await expect(adding).rejects.toMatchObject({ detail: { names: ['anger'] } });
    expect(count(library, 'samples')).toBe(0);
  });
});

describe('bad input leaves the library as it was', () => {
  test.each<[string, () => string[], RegExp]>([
    [
      'a truncated zip',
      () => {
        const file = join(tempFolder(), 'cut.zip');
        const zip = makeZip([{ path: 'happy/1.png', data: facePng(1) }]);
        writeFileSync(file, zip.subarray(0, zip.length - 30));
        return [file];
      },
      /cut\.zip is damaged or incomplete/,
    ],
    ['an empty folder', () => [tempFolder()], /There is no file in/],
    ['wrong columns', () => [ferplus(2, { 'fer2013new.csv': 'a,b\n1,2\n' })], /fer2013new\.csv lacks the columns/],
    [
      'only a PNG bomb',
      () => {
        return [writeFiles(tempFolder(), { 'happy/bomb.png': declaringSize(facePng(1), 60_000, 60_000) })];
      },
      /No face could be imported.*unreadable-image 1/,
    ],
    [
      'only a zip entry that climbs out',
      () => {
        return [writeZip(join(tempFolder(), 'slip.zip'), { '../happy/1.png': facePng(1) })];
      },
      /There is no file in .*1 refused/,
    ],
    [
      'only a link out of the folder',
      () => {
        const folder = writeFiles(tempFolder(), {});
        symlinkSync(writeFiles(tempFolder(), { 'happy/1.png': facePng(1) }), join(folder, 'faces'));
        return [folder];
      },
      /There is no file in .*1 refused/,
    ],
  ])('%s', async (_, make, message) => {
    const library = tempLibrary();
    const importing = ingest(library, { ...source(make()), ...NAMED });
    await expect(importing).rejects.toThrow(ImportError);
    await expect(importing).rejects.toThrow(message);
    for (const table of ['datasets', 'samples', 'images', 'vote_files']) expect(count(library, table)).toBe(0);
  });

  test('unmapped classes are refused by name before anything is written', async () => {
    const library = tempLibrary();
    const folder = writeFiles(tempFolder(), { 'happy/1.png': facePng(1), 'bored/1.png': facePng(2) });
    const importing = ingest(library, { ...source(folder), ...NAMED });
    await expect(importing).rejects.toThrow(ClassMappingError);
    await expect(importing).rejects.toMatchObject({ detail: { names: ['bored'], kept: 'Nothing was imported.' } });
    expect(listDatasets(library)).toEqual([]);
  });

  test('beside good faces a bomb, a climbing path, a link and letters for votes are counted one by one', async () => {
    const zip = join(tempFolder(), 'mixed.zip');
    const table = voteTable(
      `Training,${ferName(0)},${HAPPY}`,
      `Training,${ferName(1)},${SAD}`,
      `Training,${ferName(2)},one,two,3,4,5,6,7,8,9,10`,
      `Training,${ferName(3)},${SAD}`,
    );
    writeFileSync(
      zip,
      makeZip([
        { path: 'fer2013new.csv', data: Buffer.from(table) },
        { path: ferName(0), data: facePng(0) },
        { path: ferName(1), data: declaringSize(facePng(1), 60_000, 60_000) },
        { path: ferName(2), data: facePng(2) },
        { path: ferName(3), data: facePng(3), encrypted: true },
        { path: `../${ferName(4)}`, data: facePng(4) },
        { path: ferName(5), data: Buffer.from('/etc/passwd'), symlink: true },
      ]),
    );
    const library = tempLibrary();
    const report = await ingest(library, { ...source(zip), ...NAMED });
    expect(report.imported).toBe(1);
    expect(report.skipped).toEqual({
      'unsafe-path': 1,
      link: 1,
      'bad-votes': 1,
      'unreadable-image': 1,
      encrypted: 1,
    });
    expect(existsSync(join(zip, '..', '..', ferName(4)))).toBe(false);
  });

  test('a full library says so, and what was kept', async () => {
    const library = tempLibrary();
    const given = { ...source(ferplus(1100)), ...NAMED };
    const pages = (): number => library.sqlite.pragma('page_count', { simple: true }) as number;
    const importing = ingest(library, given, {
      onProgress: () => void library.sqlite.pragma(`max_page_count = ${pages() + 4}`),
    });
    await expect(importing).rejects.toMatchObject({
      code: 'LIBRARY',
      detail: { file: library.file, kept: '500 faces imported so far are kept.' },
    });
    expect(count(library, 'samples')).toBe(500);
    library.sqlite.pragma('max_page_count = 1000000');
    expect(await ingest(library, given)).toMatchObject({ imported: 600, alreadyPresent: 500 });
  });
});
