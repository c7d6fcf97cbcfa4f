import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createDataset,
  ensureVoteFile,
  findDataset,
  getDataset,
  listDatasets,
  removeDataset,
  renameDataset,
} from '../../src/main/library/datasets.ts';
import { imageOfSample, ownImagesFolder } from '../../src/main/library/images.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { getSample, insertSamples, sampleKeys } from '../../src/main/library/samples.ts';
import { ConflictError, NotFoundError } from '../../src/shared/errors.ts';
import { addFaces, addRun, fakeImage, peaked } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const votes = (...counts: number[]): number[] => [...counts, ...new Array<number>(10 - counts.length).fill(0)];

describe('datasets', () => {
  it('count their samples by split and majority class, unlabelled ones apart', () => {
    const library = tempLibrary();
    const id = addFaces(library, [
      { key: 'a', votes: votes(9, 1), split: 'train' },
      { key: 'b', votes: votes(1, 9), split: 'train' },
      { key: 'c', votes: votes(2, 8), split: 'valid' },
      { key: 'd', votes: votes(0), split: 'valid' },
    ]);
    const dataset = getDataset(library, id);
    expect(dataset.samples).toBe(4);
    expect(dataset.unlabelled).toBe(1);
    expect(dataset.classCounts.slice(0, 2)).toEqual([1, 2]);
    expect(dataset.splits.map(({ split, count }) => [split, count])).toEqual([
      ['train', 2],
      ['valid', 2],
    ]);
    expect(dataset.voteFiles).toEqual(['fer2013new.csv']);
  });

  it('keep their counts when a label or split changes and when samples go', () => {
    const library = tempLibrary();
    const id = addFaces(library, [
      { key: 'a', votes: votes(9) },
      { key: 'b', votes: votes(9) },
    ]);
    library.sqlite.exec("UPDATE samples SET label = 3, split = 0 WHERE key = 'a'");
    library.sqlite.exec("DELETE FROM samples WHERE key = 'b'");
    const dataset = getDataset(library, id);
    expect(dataset.samples).toBe(1);
    expect(dataset.classCounts.slice(0, 4)).toEqual([0, 0, 0, 1]);
    expect(dataset.splits).toHaveLength(1);
  });

  it('have names of their own', () => {
    const library = tempLibrary();
    const id = addFaces(library, [], 'one');
    addFaces(library, [], 'two');
    expect(() => createDataset(library, { name: 'one', kind: 'ferplus', classes: [] })).toThrow(ConflictError);
    expect(() => renameDataset(library, id, 'two')).toThrow(ConflictError);
    expect(renameDataset(library, id, 'three').name).toBe('three');
    expect(findDataset(library, 'one')).toBeNull();
    expect(() => renameDataset(library, 99, 'four')).toThrow(NotFoundError);
  });

  it('go with their samples, runs and images, leaving what another dataset shares', () => {
    const library = tempLibrary();
    const gone = addFaces(
      library,
      [
        { key: 'a', votes: votes(9), pixels: 'same' },
        { key: 'b', votes: votes(9) },
      ],
      'gone',
    );
    addFaces(library, [{ key: 'a', votes: votes(9), pixels: 'same' }], 'kept');
    const run = addRun(library, gone);
    commitPredictions(library, run, [{ sampleId: 1, probabilities: peaked(8, 0, 0.9), embedding: [1, 2] }], 1);
    expect(removeDataset(library, gone)).toBe(2);
    expect(listDatasets(library).map((dataset) => dataset.name)).toEqual(['kept']);
    for (const table of ['runs', 'predictions', 'embeddings']) {
      expect(library.sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
    }
    expect(library.sqlite.prepare('SELECT count(*) FROM images').pluck().get()).toBe(1);
    expect(imageOfSample(library, 3).bytes?.toString()).toBe('same');
  });
});

describe('the library’s own image files', () => {
  it('go with the dataset that alone shows them; a person’s own files stay', () => {
    const library = tempLibrary();
    const id = addFaces(library, []);
    const own = join(ownImagesFolder(library), 'ab', 'large.png');
    const theirs = join(dirname(library.file), 'theirs.png');
    mkdirSync(dirname(own), { recursive: true });
    const samples = [own, theirs].map((file) => {
      writeFileSync(file, 'pixels');
      const image = { ...fakeImage(file), bytes: null, file };
      return { key: file, split: 'none' as const, image, imageFile: file, votes: votes(1), voteRow: 0 };
    });
    const voteFileId = ensureVoteFile(library, id, 'folders');
    insertSamples(
      library,
      id,
      samples.map((sample) => ({ ...sample, voteFileId })),
    );
    removeDataset(library, id);
    expect(existsSync(own)).toBe(false);
    expect(existsSync(theirs)).toBe(true);
  });
});

describe('samples', () => {
  it('enter once under their key, whatever comes later', () => {
    const library = tempLibrary();
    const id = addFaces(library, [{ key: 'a', votes: votes(9) }]);
    const again = {
      key: 'a',
      split: 'train' as const,
      image: fakeImage('other'),
      imageFile: 'x',
      votes: votes(0, 9),
      voteFileId: 1,
      voteRow: 9,
    };
    expect(insertSamples(library, id, [again])).toBe(0);
    expect(sampleKeys(library, id)).toEqual(new Set(['a']));
    expect(getSample(library, 1, null).votes).toEqual(votes(9));
  });

  it('tell all that is known of one face, other faces with the same pixels included', () => {
    const library = tempLibrary();
    const id = addFaces(library, [
      { key: 'a', votes: votes(6, 4), pixels: 'same', split: 'train' },
      { key: 'b', votes: votes(9), pixels: 'same', split: 'valid' },
    ]);
    const run = addRun(library, id, { classIndices: [1, 0] });
    commitPredictions(library, run, [{ sampleId: 1, probabilities: [0.75, 0.25], embedding: null }], 1);
    const sample = getSample(library, 1, run.id);
    expect(sample).toMatchObject({ key: 'a', split: 'train', votesTotal: 10, label: 0, width: 48 });
    expect(sample.source).toMatchObject({ votesFile: 'fer2013new.csv', row: 2 });
    expect(sample.samePixels).toEqual([{ id: 2, key: 'b', split: 'valid' }]);
    expect(sample.prediction?.probabilities.slice(0, 3)).toEqual([0.25, 0.75, 0]);
    expect(sample.prediction?.predicted).toBe(1);
    expect(() => getSample(library, 99, null)).toThrow(NotFoundError);
  });
});
