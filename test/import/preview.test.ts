import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IMPORTERS } from '../../src/main/import/index.ts';
import { previewFace, previewImport } from '../../src/main/import/preview.ts';
import { importPreviewSchema } from '../../src/shared/contract/imports.ts';
import { ImportError, NotFoundError, UsageError } from '../../src/shared/errors.ts';
import { facePng, noisyPng } from '../support/png.ts';
import { source } from '../support/read-source.ts';
import { ferName, HAPPY, SAD, voteTable, writeFiles } from '../support/sources.ts';
import { tempFolder } from '../support/temp.ts';

function ferplusFolder(faces: number): string {
  const rows = Array.from({ length: faces }, (_, i) => `Training,${ferName(i)},${i % 3 === 0 ? SAD : HAPPY}`);
  const files = Object.fromEntries(rows.map((_, i) => [`data/FER2013Train/${ferName(i)}`, facePng(i)]));
  const table = voteTable(...rows, `PublicTest,${ferName(faces)},${SAD}`, `Training,,${SAD}`);
  return writeFiles(join(tempFolder(), 'my faces'), { ...files, 'fer2013new.csv': table });
}

describe('a preview', () => {
  test('tells what an import would find, and shows the first faces', async () => {
    const preview = await previewImport(source(ferplusFolder(30)));
    expect(importPreviewSchema.parse(preview)).toEqual(preview);
    expect(preview).toMatchObject({
      kind: 'ferplus',
      kindLabel: 'FERPlus',
      suggestedName: 'my faces',
      unmappedClasses: [],
      splits: [
        { split: 'train', rows: 30, images: 30 },
        { split: 'valid', rows: 1, images: 0 },
      ],
      classCounts: [0, 20, 0, 10, 0, 0, 0, 0, 0, 0],
      voteFiles: ['my faces/fer2013new.csv'],
    });
    expect(preview.problems.map(({ reason, count }) => [reason, count])).toEqual([
      ['no-name', 1],
      ['image-missing', 1],
    ]);
    expect(preview.faces).toHaveLength(24);
    expect(preview.faces[1]).toEqual({ index: 1, key: ferName(1), label: 1 });
    expect(await previewFace(preview.previewId, 1)).toEqual(facePng(1));
  });

  test('leaves out a face it cannot read and counts it', async () => {
    const folder = ferplusFolder(3);
    writeFiles(folder, { [`data/FER2013Train/${ferName(1)}`]: 'no picture' });
    const preview = await previewImport(source(folder));
    expect(preview.faces.map(({ index }) => index)).toEqual([0, 2]);
    expect(preview.problems).toContainEqual(expect.objectContaining({ reason: 'unreadable-image', count: 1 }));
    await expect(previewFace(preview.previewId, 1)).rejects.toThrow(NotFoundError);
  });

  test('shows a large image as its thumbnail', async () => {
    const folder = writeFiles(tempFolder(), { 'happy/big.png': noisyPng(1) });
    const preview = await previewImport(source(folder));
    expect((await previewFace(preview.previewId, 0)).toString('latin1', 8, 12)).toBe('WEBP');
  });

  test('is held until eight newer ones are', async () => {
    const folder = ferplusFolder(1);
    const first = await previewImport(source(folder));
    for (let count = 0; count < 7; count += 1) await previewImport(source(folder));
    await expect(previewFace(first.previewId, 0)).resolves.toEqual(facePng(0));
    await previewImport(source(folder));
    await expect(previewFace(first.previewId, 0)).rejects.toThrow(NotFoundError);
  });

  test('names unknown class folders without refusing', async () => {
    const folder = writeFiles(tempFolder(), { 'happy/1.png': facePng(1), 'bored/1.png': facePng(2) });
    const preview = await previewImport(source(folder));
    expect(preview.unmappedClasses).toEqual(['bored']);
    expect(preview.splits).toEqual([{ split: 'none', rows: 1, images: 1 }]);
  });
});

describe('a source that is nothing', () => {
  test('an empty folder is one error naming it and every accepted layout', async () => {
    const folder = join(tempFolder(), 'empty');
    mkdirSync(folder);
    const looking = previewImport(source(folder));
    await expect(looking).rejects.toThrow(ImportError);
    await expect(looking).rejects.toThrow(folder);
    for (const { layout } of IMPORTERS) {
      await expect(looking).rejects.toMatchObject({ detail: { remedy: expect.stringContaining(layout) } });
    }
  });

  test('files of no layout are one error naming every accepted layout', async () => {
    const folder = writeFiles(tempFolder(), { 'notes.txt': 'hello', 'table.csv': 'a,b\n' });
    await expect(previewImport(source(folder))).rejects.toThrow('is of no layout that can be imported');
  });

  test('an unknown kind is a usage error naming the known ones', async () => {
    const asked = source(ferplusFolder(1), { kind: 'affectnet' });
    await expect(previewImport(asked)).rejects.toThrow(UsageError);
    await expect(previewImport(asked)).rejects.toMatchObject({ detail: { names: IMPORTERS.map(({ name }) => name) } });
  });
});
