import { describe, expect, it } from 'vitest';
import type { ReadLabel } from '../../../src/main/import/label-files/label-row.ts';
import { type KnownFace, planLabels } from '../../../src/main/library/label-imports/plan.ts';

const CLASSES = ['neutral', 'happiness', 'sadness'];

const face = (id: number, key: string, change: Partial<KnownFace> = {}): KnownFace => ({
  id,
  key,
  label: 0,
  relabelledBy: null,
  byAnnotator: new Map(),
  ...change,
});

const row = (line: number, name: string, label: string, annotator: string | null = 'Bob'): ReadLabel => ({
  place: { file: 'theirs.csv', line },
  face: name,
  label,
  annotator,
  at: null,
  note: '',
});

const FACES = [
  face(1, 'a.png'),
  face(2, 'b.png', { label: 1, relabelledBy: 'Ada', byAnnotator: new Map([['Ada', 1]]) }),
  face(3, 'train/sad/c.png'),
  face(4, 'train/x.png'),
  face(5, 'valid/x.png'),
];

const planned = (rows: readonly ReadLabel[], classMap: Record<string, string> = {}) =>
  planLabels(rows, { classes: CLASSES, faces: FACES }, { annotator: 'theirs.csv', classMap });

const effects = async (rows: readonly ReadLabel[]) => planned(rows).labels.map(({ effect }) => effect);

describe('what others’ labels would do to a dataset', () => {
  it('is a change where only the crowd’s label gives way, a conflict where an annotator’s here does', async () => {
    const { labels } = await planned([row(2, 'a.png', 'happy'), row(3, 'b.png', 'Sad')]);
    expect(labels).toMatchObject([
      { faceId: 1, before: 0, label: 1, annotator: 'Bob', effect: 'change' },
      { faceId: 2, before: 1, relabelledBy: 'Ada', label: 2, effect: 'conflict', place: { line: 3 } },
    ]);
  });

  it('is an agreement where the label stands already, and nothing new where the same annotator gave it', async () => {
    expect(await effects([row(2, 'b.png', 'happiness'), row(3, 'b.png', 'happiness', 'Ada')])).toEqual([
      'agree',
      'known',
    ]);
    expect(await effects([row(2, 'b.png', 'sadness', 'Ada')])).toEqual(['change']);
  });

  it('goes on from row to row: the second of two about one face meets what the first left', async () => {
    const { labels } = await planned([
      row(2, 'a.png', 'happy'),
      row(3, 'a.png', 'sad', 'Cem'),
      row(4, 'a.png', 'sad', 'Cem'),
    ]);
    expect(labels.map(({ before, effect }) => ({ before, effect }))).toEqual([
      { before: 0, effect: 'change' },
      { before: 1, effect: 'conflict' },
      { before: 2, effect: 'known' },
    ]);
  });

  it('finds a face by its key, or by the end of a path that only one has', async () => {
    const found = await planned([
      row(2, 'train/sad/c.png', 'sad'),
      row(3, '/data/upload/c.png', 'happy'),
      row(4, 'C:\\faces\\a.png', 'sad'),
      row(5, 'x.png', 'sad'),
      row(6, 'nobody.png', 'sad'),
    ]);
    expect(found.labels.map(({ faceId }) => faceId)).toEqual([3, 3, 1]);
    expect(found.unknownFaces.map(({ place }) => place.line)).toEqual([5, 6]);
  });

  it('names the classes nobody could map, which a map gives or leaves out', async () => {
    const rows = [row(2, 'a.png', 'smirk'), row(3, 'b.png', 'smirk'), row(4, 'a.png', 'sad')];
    const { unknownClasses, labels } = planned(rows);
    expect([...unknownClasses].map(([name, { length }]) => [name, length])).toEqual([['smirk', 2]]);
    expect(labels).toHaveLength(1);
    expect(planned(rows, { smirk: 'happiness' }).labels.map(({ label }) => label)).toEqual([1, 1, 2]);
    expect(planned(rows, { smirk: 'skip' })).toMatchObject({ leftOut: 2, unknownClasses: new Map() });
  });

  it('counts rows that label nothing, keeps the bad ones, and names the file where a row names nobody', async () => {
    const bad = { place: { file: 'theirs.csv', line: 9 }, problem: 'The row names no image.' };
    const found = await planned([null, bad, row(3, 'a.png', 'sad', null)]);
    expect(found).toMatchObject({ unlabelled: 1, bad: [bad], labels: [{ annotator: 'theirs.csv' }] });
  });
});
