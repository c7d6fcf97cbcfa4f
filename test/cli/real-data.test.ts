import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/shared/contract/analysis.ts';
import type { ImportReport } from '../../src/shared/contract/imports.ts';
import { FERPLUS_ZIP, hasSharedData, needsSharedData, REFERENCE_MANIFEST } from '../support/shared-data.ts';

const PROJECT = join(import.meta.dirname, '../..');
const SLOW = 900_000;

interface ReferenceManifest {
  readonly classes: readonly string[];
  readonly metrics: { readonly faces: number; readonly accuracy: number; readonly macroF1: number };
}

describe.skipIf(!hasSharedData)(`the command line over all of the real FERPlus faces, slow${needsSharedData}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-real-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function countenance<Document>(...words: string[]): Promise<Document> {
    const args = ['src/main/cli/main.ts', '--library', join(folder, 'library.sqlite'), '--json', ...words];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT, maxBuffer: 2 ** 26 });
    return JSON.parse(stdout) as Document;
  }

  it(
    'imports every face and counts every other row by reason',
    async () => {
      const report = await countenance<ImportReport>('import', 'ferplus', FERPLUS_ZIP, '--name', 'ferplus');
      expect(report.imported).toBe(32_137);
      const skipped = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
      expect(report.rowsRead).toBe(report.imported + skipped);
      expect(report.skipped).toEqual({ 'no-name': 158, 'duplicate-name': 3 });
      expect(report.splits).toEqual({ train: 28_558, valid: 3579 });
      expect(report.identicalPixels.acrossSplits['train/valid']).toBeGreaterThan(200);
    },
    SLOW,
  );

  it(
    'adds nothing when the same zip is imported again',
    async () => {
      const again = await countenance<ImportReport>('import', 'auto', FERPLUS_ZIP, '--name', 'ferplus');
      expect(again).toMatchObject({ imported: 0, alreadyPresent: 32_137 });
    },
    SLOW,
  );

  it(
    'predicts the valid split and scores within half a point of the reference manifest',
    async () => {
      const over = ['--dataset', 'ferplus', '--split', 'valid', '--model', 'nr-swin-micro'];
      await countenance('predict', ...over);
      const evaluation = await countenance<Evaluation>('evaluate', ...over, '--protocol', 'majority');
      const reference = JSON.parse(readFileSync(REFERENCE_MANIFEST, 'utf8')) as ReferenceManifest;
      expect(evaluation.classes).toEqual(reference.classes);
      expect(evaluation.support).toBe(reference.metrics.faces);
      expect(evaluation.unpredicted).toBe(0);
      expect(Math.abs(evaluation.accuracy! - reference.metrics.accuracy)).toBeLessThanOrEqual(0.005);
      expect(Math.abs(evaluation.macroF1! - reference.metrics.macroF1)).toBeLessThanOrEqual(0.005);
      expect(evaluation.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(evaluation.support);
    },
    SLOW,
  );
});
