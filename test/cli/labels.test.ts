import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import { faceLabels } from '../../src/main/library/current-labels.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import { doLabels, undoLabels } from '../../src/main/library/label-actions.ts';
import { historyRecords } from '../../src/main/library/label-exports/history-records.ts';
import type { LabelValue } from '../../src/shared/contract/labels.ts';
import { suiteFolder } from '../support/temp.ts';
import { document, runCliHere } from './run-cli.ts';

const folder = suiteFolder();
const second = join(folder, 'second');
const faces = join(folder, 'faces');
writeDrawnFaces(faces, { train: 12, valid: 6 });
mkdirSync(second);

const json = (where: string, ...words: readonly string[]) => runCliHere(where, '--json', ...words);

/** What a person would do in the review: relabel, add votes, take back. */
function review(): void {
  const library = openLibrary(join(folder, 'library.sqlite'));
  const say = (name: string, sampleId: number, value: LabelValue): void => {
    const { revision } = faceLabels(library, [sampleId])[0]!;
    const annotatorId = ensureAnnotator(library, name).id;
    doLabels(library, { annotatorId, changes: [{ sampleId, revision, ...value }], queueId: null, runId: null });
  };
  say('Ada', 1, { field: 'label', value: 6 });
  say('Ben', 1, { field: 'label', value: 5 });
  say('Ada', 2, { field: 'votes', value: [0, 0, 0, 0, 3, 0, 0, 0, 0, 0] });
  say('Ada', 3, { field: 'note', value: '=not, "sure"' });
  say('Ben', 4, { field: 'label', value: 2 });
  undoLabels(library, ensureAnnotator(library, 'Ben').id);
  library.close();
}

/** A library's labels as they stand, and its log. */
function labelsOf(where: string) {
  const library = openLibrary(join(where, 'library.sqlite'));
  const found = {
    faces: faceLabels(
      library,
      Array.from({ length: 18 }, (_, index) => index + 1),
    ),
    history: historyRecords(library, 1).map(({ record }) => record),
  };
  library.close();
  return found;
}

describe('labels on the command line', () => {
  it('go out as FERPlus CSV and come back into a new library with their whole history', async () => {
    expect((await json(folder, 'import', 'ferplus', faces, '--name', 'drawn')).code).toBe(0);
    review();
    const out = join(folder, 'labels.csv');
    const exported = await json(
      folder,
      'labels',
      'export',
      '--dataset',
      'drawn',
      '--format',
      'ferplus-csv',
      '--out',
      out,
    );
    expect(exported.code).toBe(0);
    expect(document(exported)).toMatchObject({ faces: 18, files: [out, join(folder, 'labels.history.jsonl')] });

    expect((await json(second, 'import', 'ferplus', faces, '--name', 'drawn')).code).toBe(0);
    const preview = await json(second, 'labels', 'import', out, '--dataset', 'drawn', '--preview');
    expect(document(preview)).toMatchObject({ history: { restored: 6 }, conflicts: { count: 0 }, events: 0 });
    const imported = await json(second, 'labels', 'import', out, '--dataset', 'drawn');
    expect(document(imported)).toMatchObject({ history: { known: 0, restored: 6 }, events: 6 });
    expect(labelsOf(second)).toEqual(labelsOf(folder));
  });

  it('are shown by layer, compared between versions, and restored', async () => {
    const shown = await runCliHere(folder, 'labels', 'show', '--dataset', 'drawn');
    expect(shown.stdout).toMatch(/^relabelled +1 faces, 1 of them/m);
    expect(shown.stdout).toMatch(/^Ada +1 /m);
    expect(document(await json(folder, 'labels', 'versions', 'save', 'first', '--dataset', 'drawn'))).toMatchObject({
      faces: 2,
    });
    const compared = await runCliHere(folder, 'labels', 'versions', 'compare', 'crowd', 'first', '--dataset', 'drawn');
    expect(compared.stdout).toMatch(/^changed +1$/m);
    expect(compared.stdout).toMatch(/^Cohen’s κ +0\.\d{4}$/m);
    expect(document(await json(folder, 'labels', 'versions', 'restore', 'crowd', '--dataset', 'drawn'))).toMatchObject({
      faces: 2,
    });
    expect(document(await json(folder, 'labels', 'versions', 'restore', 'first', '--dataset', 'drawn'))).toMatchObject({
      faces: 2,
    });
    const after = await json(folder, 'labels', 'versions', 'compare', 'first', 'current', '--dataset', 'drawn');
    expect(document(after)).toMatchObject({ changed: { count: 0 } });
    expect(document(await json(folder, 'labels', 'versions', '--dataset', 'drawn'))).toMatchObject([{ name: 'first' }]);
  });

  it('are made one of many, and kept as a version', async () => {
    const words = ['labels', 'consensus', '--dataset', 'drawn', '--method', 'vote-sum', '--split', 'train'];
    const found = await json(folder, ...words, '--save', 'summed');
    expect(document(found)).toMatchObject({ faces: 12, decided: 12, version: { name: 'summed', source: 'vote-sum' } });
    const inWords = await runCliHere(folder, ...words);
    expect(inWords.stdout).toMatch(/^decided +12 of 12 faces$/m);
    expect((await runCliHere(folder, 'labels', 'consensus')).stdout).toContain('dawid-skene');
  });

  it('are refused with file and line, and nothing of them stays', async () => {
    const before = labelsOf(folder);
    const file = join(folder, 'bad.csv');
    writeFileSync(file, 'Image name,label\nfer0000000.png,happy\nfer0000001.png,sad\n,sad\n');
    const refused = await json(folder, 'labels', 'import', file, '--dataset', 'drawn');
    expect(refused.code).toBe(1);
    expect(document(refused)).toMatchObject({ error: { code: 'IMPORT', detail: { file: 'bad.csv', line: 4 } } });
    expect(labelsOf(folder)).toEqual(before);
    const unwritten = join(folder, 'nowhere.csv');
    const unknown = await json(folder, 'labels', 'export', '--dataset', 'drawn', '--format', 'xls', '--out', unwritten);
    expect(document(unknown)).toMatchObject({ error: { code: 'USAGE' } });
    expect(existsSync(unwritten)).toBe(false);
  });

  it('go out as class folders and Label Studio’s tasks', async () => {
    const out = (name: string): string => join(folder, name);
    await json(folder, 'labels', 'export', '--dataset', 'drawn', '--format', 'class-folders', '--out', out('by-class'));
    const again = await json(folder, 'import', 'class-folders', out('by-class'), '--name', 'by class');
    expect(document(again)).toMatchObject({ imported: 18, splits: { train: 12, valid: 6 } });
    await json(
      folder,
      'labels',
      'export',
      '--dataset',
      'drawn',
      '--format',
      'label-studio',
      '--out',
      out('tasks.json'),
    );
    expect(JSON.parse(readFileSync(out('tasks.json'), 'utf8'))).toHaveLength(18);
  });
});
