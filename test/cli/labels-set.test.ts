import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import { readSettings } from '../../src/main/library/settings.ts';
import { suiteFolder } from '../support/temp.ts';
import { type CliResult, document, runCliHere } from './run-cli.ts';

const folder = suiteFolder();
const OF = ['--dataset', 'drawn'] as const;
const [FIRST, SECOND] = ['fer0000000.png', 'fer0000001.png'];

const labels = (...words: readonly string[]): Promise<CliResult> => runCliHere(folder, '--json', 'labels', ...words);
const inWords = async (...words: readonly string[]) => (await runCliHere(folder, 'labels', ...words)).stdout;

beforeAll(async () => {
  writeDrawnFaces(join(folder, 'faces'), { train: 6, valid: 4 });
  const imported = await runCliHere(folder, '--json', 'import', 'ferplus', join(folder, 'faces'), '--name', 'drawn');
  expect(imported.code).toBe(0);
});

describe('labels set', () => {
  it('relabels a face by class, by an alias of it, and gives it back to the crowd', async () => {
    const set = await labels('set', ...OF, '--face', FIRST!, '--label', 'afraid', '--annotator', 'Ada');
    expect(set.code).toBe(0);
    expect(document(set)).toMatchObject({
      annotator: 'Ada',
      changes: 1,
      faces: [{ key: FIRST, label: 'fear', annotator: 'Ada', votes: null, revision: 1 }],
    });
    expect(await inWords('set', ...OF, '--face', FIRST!, '--label', 'not-a-face', '--annotator', 'Ada')).toBe(
      `${FIRST}: NF, by Ada\n`,
    );
    const back = await labels('set', ...OF, '--face', FIRST!, '--label', 'crowd', '--annotator', 'Ada');
    expect(document(back)).toMatchObject({ faces: [{ label: null, annotator: null, revision: 3 }] });
  });

  it('adds and takes votes on top of what the annotator moved before, and keeps a note, in one action', async () => {
    const words = ['set', ...OF, '--face', SECOND!, '--annotator', 'Ada'];
    await labels(...words, '--add', 'fear=2', '--add', 'anger');
    const more = await labels(...words, '--take', 'anger', '--add', 'fear', '--note', 'open mouth');
    expect(document(more)).toMatchObject({ changes: 2, faces: [{ key: SECOND, votes: { fear: 3 }, revision: 3 }] });
    const again = await labels(...words, '--note', 'open mouth');
    expect(document(again)).toMatchObject({ changes: 0, actionId: null, faces: [{ revision: 3 }] });
  });

  it('speaks for several faces at once, and for whoever is chosen where nobody is named', async () => {
    const set = await labels('set', ...OF, '--face', FIRST!, '--face', SECOND!, '--label', 'unknown');
    expect(document(set)).toMatchObject({ changes: 2, faces: [{ label: 'unknown' }, { label: 'unknown' }] });
    const library = openLibrary(join(folder, 'library.sqlite'));
    const { annotator } = document(set) as { readonly annotator: string };
    expect(readSettings(library).annotatorId).toBe(ensureAnnotator(library, annotator).id);
    expect(annotator).not.toBe('Ada');
    library.close();
  });

  it.each([
    [['--face', 'fer0000.png', '--label', 'fear'], 'NOT_FOUND', { names: expect.arrayContaining([FIRST]) }],
    [['--face', FIRST!, '--label', 'bored'], 'USAGE', { names: expect.arrayContaining(['neutral', 'NF']) }],
    [['--face', FIRST!, '--take', 'contempt=900'], 'USAGE', { field: 'votes' }],
    [['--face', FIRST!], 'USAGE', { remedy: expect.stringContaining('--label') }],
  ])('refuses %j, changes nothing and says what there is', async (words, code, detail) => {
    const before = document(await labels('history', ...OF));
    const refused = await labels('set', ...OF, ...words, '--annotator', 'Ada');
    expect(refused.code).toBe(code === 'USAGE' ? 2 : 1);
    expect(document(refused)).toMatchObject({ error: { code, detail } });
    expect(document(await labels('history', ...OF))).toEqual(before);
  });
});

describe('labels undo and redo', () => {
  it('walk back and forth over one annotator’s actions, as many as are asked for', async () => {
    const set = (label: string) =>
      labels('set', ...OF, '--face', 'fer0000002.png', '--label', label, '--annotator', 'Ben');
    for (const label of ['fear', 'anger', 'contempt']) await set(label);
    const undone = await labels('undo', '--times', '2', '--annotator', 'Ben');
    expect(document(undone)).toMatchObject({
      annotator: 'Ben',
      done: 2,
      actions: [{ faces: 1 }, { faces: 1 }],
      faces: [{ key: 'fer0000002.png', label: 'fear' }],
    });
    const redone = await labels('redo', '--annotator', 'Ben');
    expect(document(redone)).toMatchObject({ done: 1, faces: [{ label: 'anger', annotator: 'Ben' }] });
  });

  it('stop where there is nothing more, and say so', async () => {
    expect(await inWords('undo', '--times', '9', '--annotator', 'Ben')).toMatch(
      /^Undone: 2 actions of Ben, of 9 asked for\.\nfer0000002\.png: as the crowd has it$/m,
    );
    const more = await labels('undo', '--annotator', 'Ben');
    expect(more.code).toBe(1);
    expect(document(more)).toMatchObject({ error: { code: 'CONFLICT', message: 'There is nothing to undo.' } });
    const nobody = await labels('undo', '--annotator', 'Cy');
    expect(document(nobody)).toMatchObject({
      error: { code: 'NOT_FOUND', detail: { names: expect.arrayContaining(['Ben']) } },
    });
  });
});

describe('labels history', () => {
  it('tells all of one face, the newest first, with classes by name', async () => {
    const told = await labels('history', ...OF, '--face', SECOND!, '--annotator', 'Ada');
    const { events } = document(told) as { readonly events: readonly object[] };
    expect(events).toMatchObject([
      { field: 'note', before: null, after: 'open mouth', annotator: 'Ada', kind: 'do' },
      { field: 'votes', before: { anger: 1, fear: 2 }, after: { fear: 3 } },
      { field: 'votes', before: null, after: { anger: 1, fear: 2 } },
    ]);
  });

  it('tells the newest of the dataset', async () => {
    const told = await labels('history', ...OF, '--last', '3');
    expect(document(told)).toMatchObject({
      dataset: 'drawn',
      events: [
        { kind: 'undo', before: 'fear', after: null },
        { kind: 'undo', before: 'anger', after: 'fear' },
        { kind: 'redo', before: 'fear', after: 'anger', at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
      ],
    });
    expect(await inWords('history', ...OF, '--last', '1')).toMatch(/Ben +fer0000002\.png +undo label +fear +–$/m);
    const both = await labels('history', ...OF, '--last', '3', '--face', FIRST!);
    expect(both.code).toBe(2);
  });
});

describe('labels rebuild', () => {
  it('finds every label as its events have it', async () => {
    const rebuilt = await labels('rebuild');
    expect(document(rebuilt)).toMatchObject({ changed: 0, differences: [] });
  });

  it('tells what had come apart; with --check it is only told, without it is put right', async () => {
    const library = openLibrary(join(folder, 'library.sqlite'));
    library
      .prepare('UPDATE current_labels SET label = 1 WHERE sample_id = (SELECT id FROM samples WHERE key = ?)')
      .run(FIRST);
    library.close();
    const difference = { dataset: 'drawn', key: FIRST, stored: { label: 'happiness' }, derived: { label: 'unknown' } };
    const checked = await labels('rebuild', '--check');
    expect(checked.code).toBe(1);
    expect(document(checked)).toMatchObject({ changed: 1, repaired: false, differences: [difference] });
    const repaired = await labels('rebuild');
    expect(repaired.code).toBe(0);
    expect(document(repaired)).toMatchObject({ changed: 1, repaired: true, differences: [difference] });
    expect(await inWords('rebuild', '--check')).toContain('Every current label is as its events have it.');
  });
});
