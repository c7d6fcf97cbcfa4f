import { describe, expect, it } from 'vitest';
import { findSample } from '../../src/main/library/find-sample.ts';
import { addFaces } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const VOTES = [8, 0, 0, 2, 0, 0, 0, 0, 0, 0];
const KEYS = ['train/sad/a.png', 'valid/a.png', 'train/100%_b.png', 'c.png', 'other/c.png'];

function library() {
  const where = tempLibrary();
  const datasetId = addFaces(
    where,
    KEYS.map((key) => ({ key, votes: VOTES })),
  );
  return { where, datasetId };
}

describe('a face by its name', () => {
  it('is found by its whole key first, then by the end of its path if no other face ends so', () => {
    const { where, datasetId } = library();
    expect(findSample(where, datasetId, 'c.png')).toEqual({ id: 4, key: 'c.png', split: 'valid' });
    expect(findSample(where, datasetId, ' valid/a.png ')).toMatchObject({ id: 2 });
    expect(findSample(where, datasetId, 'sad/a.png')).toMatchObject({ id: 1 });
    expect(findSample(where, datasetId, '100%_b.png')).toMatchObject({ id: 3 });
  });

  it('is refused where several end so, all of them named, and where none does, with names that look alike', () => {
    const { where, datasetId } = library();
    expect(() => findSample(where, datasetId, 'a.png')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        detail: expect.objectContaining({ names: ['train/sad/a.png', 'valid/a.png'] }),
      }),
    );
    expect(() => findSample(where, datasetId, '100%_.png')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', detail: expect.objectContaining({ names: ['train/100%_b.png'] }) }),
    );
    expect(() => findSample(where, datasetId, 'ng')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});
