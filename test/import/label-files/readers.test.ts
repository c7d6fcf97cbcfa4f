import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileEntry } from '../../../src/main/import/folder-tree.ts';
import { csvLabels } from '../../../src/main/import/label-files/csv.ts';
import { jsonItems } from '../../../src/main/import/label-files/json-items.ts';
import type { LabelReader, ReadLabel } from '../../../src/main/import/label-files/label-row.ts';
import { labelStudioLabels } from '../../../src/main/import/label-files/label-studio.ts';
import { VOTES_HEADER, writeFiles } from '../../support/sources.ts';
import { tempFolder } from '../../support/temp.ts';

async function read(reader: LabelReader, content: string, name = 'labels.txt'): Promise<ReadLabel[]> {
  const folder = writeFiles(tempFolder(), { [name]: content });
  const rows: ReadLabel[] = [];
  for await (const row of reader.read(fileEntry(join(folder, name), name, name))) rows.push(row);
  return rows;
}

const at = (line: number) => ({ file: 'labels.txt', line });

describe('labels in a CSV table', () => {
  it('are read by the names of the columns, in any order and case', async () => {
    const rows = await read(
      csvLabels,
      'Note,Label,ANNOTATOR,Image Name,at\nunsure,happy,Ada,a.png,2026-01-31T12:00:00Z\n',
    );
    const time = Date.UTC(2026, 0, 31, 12);
    expect(rows).toEqual([{ place: at(2), face: 'a.png', label: 'happy', annotator: 'Ada', at: time, note: 'unsure' }]);
  });

  it('may say no more than face and label', async () => {
    expect(await read(csvLabels, 'image,label\na.png,sad\nb.png,\n')).toEqual([
      { place: at(2), face: 'a.png', label: 'sad', annotator: null, at: null, note: '' },
      null,
    ]);
  });

  it('are the class with most votes in the layout of fer2013new.csv; ties and faces without votes label nothing', async () => {
    const rows = await read(
      csvLabels,
      `${VOTES_HEADER}\nTraining,a.png,0,9,1,0,0,0,0,0,0,0\nTraining,b.png,5,5,0,0,0,0,0,0,0,0\nTest,c.png,0,0,0,0,0,0,0,0,0,x\n`,
    );
    expect(rows).toMatchObject([
      { face: 'a.png', label: 'happiness' },
      null,
      { place: at(4), problem: expect.stringContaining('c.png') },
    ]);
  });

  it('are only the rows that name who relabelled, where a column says so', async () => {
    const rows = await read(csvLabels, 'Image name,label,relabelled by\na.png,sad,\nb.png,sad,Ada\n');
    expect(rows).toMatchObject([null, { face: 'b.png', annotator: 'Ada' }]);
  });

  it('lose the guard against formulas', async () => {
    const rows = await read(csvLabels, `image,label,note\n'=a.png,sad,'-1 vote\n`);
    expect(rows).toMatchObject([{ face: '=a.png', note: '-1 vote' }]);
  });

  it('name file and line of a bad row, and the missing column', async () => {
    expect(await read(csvLabels, 'image,label,at\n,sad,\na.png,sad,yesterday\n')).toEqual([
      { place: at(2), problem: 'The row names no image.' },
      { place: at(3), problem: expect.stringContaining('“yesterday”') },
    ]);
    await expect(read(csvLabels, 'image,mood\na.png,sad\n')).rejects.toMatchObject({
      code: 'IMPORT',
      detail: { file: 'labels.txt', line: 1, names: ['label'] },
    });
    await expect(read(csvLabels, '')).rejects.toMatchObject({ code: 'IMPORT' });
  });
});

const choice = (...choices: string[]) => ({
  type: 'choices',
  from_name: 'emotion',
  to_name: 'image',
  value: { choices },
});

describe('labels of Label Studio', () => {
  it('are the choices of its annotations, one each, with who and when', async () => {
    const tasks = [
      {
        data: { image: '/data/local-files/?d=faces%2Fa.png' },
        annotations: [
          {
            completed_by: { first_name: 'Ada', last_name: 'L.', email: 'a@b.c' },
            created_at: '2026-01-31T12:00:00Z',
            result: [choice('Happy')],
          },
          { completed_by: 7, result: [choice('Sad')] },
          { completed_by: 8, was_cancelled: true, result: [choice('Sad')] },
          { completed_by: 9, result: [] },
        ],
      },
      { data: { key: 'b.png', image: 'https://x/y.png' }, annotations: [] },
    ];
    expect(await read(labelStudioLabels, JSON.stringify(tasks, null, 1))).toEqual([
      {
        place: at(2),
        face: 'faces/a.png',
        label: 'Happy',
        annotator: 'Ada L.',
        at: Date.UTC(2026, 0, 31, 12),
        note: '',
      },
      { place: at(2), face: 'faces/a.png', label: 'Sad', annotator: 'Label Studio user 7', at: null, note: '' },
      null,
      null,
    ]);
  });

  it('are read from the short export too', async () => {
    const text =
      '[\n{"id": 1, "image": "/data/upload/1/x-a.png", "emotion": "Anger", "annotator": 3},\n{"id": 2, "image": "b.png"}]';
    expect(await read(labelStudioLabels, text)).toMatchObject([
      { place: at(2), face: '/data/upload/1/x-a.png', label: 'Anger', annotator: 'Label Studio user 3' },
      null,
    ]);
  });

  it('name file and line of a bad task', async () => {
    const text = `[\n {"data": {"key": "a"}, "annotations": [{"result": [${JSON.stringify(choice('x', 'y'))}]}]},\n {"data": 5},\n {oops},\n {"data": {}, "annotations": []}\n]`;
    expect(await read(labelStudioLabels, text)).toEqual([
      { place: at(2), problem: 'a: an annotation has 2 choices, not one.' },
      { place: at(3), problem: expect.stringContaining('data') },
      { place: at(4), problem: 'The task is no JSON.' },
      { place: at(5), problem: expect.stringContaining('neither') },
    ]);
    await expect(read(labelStudioLabels, '[\n{"data": {}},')).rejects.toMatchObject({
      detail: { file: 'labels.txt', line: 2 },
    });
  });
});

describe('the items of a JSON list', () => {
  it('are found with their lines, whatever stands in their texts', () => {
    const items = [{ a: '],[{' }, 'b"\\"]', [1, [2]], 3, null, { c: { d: '\n' } }];
    const found = jsonItems(JSON.stringify(items, null, 2))!;
    expect(found.map(({ text }) => JSON.parse(text))).toEqual(items);
    expect(found.map(({ line }) => line)).toEqual([2, 5, 6, 12, 13, 14]);
    expect(jsonItems('[]')).toEqual([]);
    for (const broken of ['', '{}', '[1', '[1] 2', '["a]']) expect(jsonItems(broken)).toBeNull();
  });
});
