import { describe, expect, test } from 'vitest';
import { previewImport } from '../../src/main/import/preview.ts';
import { ingest } from '../../src/main/library/ingest.ts';
import { source } from '../support/read-source.ts';
import { FERPLUS_ZIP, hasSharedData, needsSharedData } from '../support/shared-data.ts';
import { tempLibrary } from '../support/temp.ts';

describe.skipIf(!hasSharedData)(`the real FERPlus zip${needsSharedData}`, () => {
  test('gives 32,137 faces, every other row counted by its reason, and nothing the second time', {
    timeout: 300_000,
  }, async () => {
    const library = tempLibrary();
    const given = { ...source(FERPLUS_ZIP), name: 'ferplus' };
    const report = await ingest(library, given);
    expect(report).toMatchObject({
      kind: 'ferplus',
      rowsRead: 32_298,
      imported: 32_137,
      skipped: { 'no-name': 158, 'duplicate-name': 3 },
      splits: { train: 28_558, valid: 3579 },
    });
    expect(report.skips.find(({ reason }) => reason === 'no-name')!.first[0]).toMatchObject({ line: 19 });
    expect(report.identicalPixels.acrossSplits['train/valid']).toBeGreaterThan(200);
    expect(report.identicalPixels.withinSplits.train).toBeGreaterThan(1000);
    expect(await ingest(library, given)).toMatchObject({ imported: 0, alreadyPresent: 32_137 });
  });

  test('is previewed whole', { timeout: 120_000 }, async () => {
    const preview = await previewImport(source(FERPLUS_ZIP));
    expect(preview.splits).toEqual([
      { split: 'train', rows: 28_558, images: 28_558 },
      { split: 'valid', rows: 3579, images: 3579 },
    ]);
    expect(preview.faces).toHaveLength(24);
    expect(preview.problems.map(({ reason, count }) => [reason, count])).toEqual([
      ['no-name', 158],
      ['duplicate-name', 3],
    ]);
  });
});
