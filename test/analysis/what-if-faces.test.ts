import { describe, expect, it } from 'vitest';
import { whatIfFaces } from '../../src/main/analysis/what-if-faces.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { addFaces, addRun, peaked } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const votes = (neutral: number, happiness: number, unknown = 0): number[] => [
  neutral,
  happiness,
  0,
  0,
  0,
  0,
  0,
  0,
  unknown,
  0,
];

function library() {
  const opened = tempLibrary();
  const datasetId = addFaces(opened, [
    { key: 'a.png', split: 'valid', votes: votes(8, 2) },
    { key: 'b.png', split: 'valid', votes: votes(1, 9) },
    { key: 'c.png', split: 'valid', votes: votes(1, 0, 9) },
    { key: 'd.png', split: 'train', votes: votes(10, 0) },
  ]);
  const run = addRun(opened, datasetId, { splits: ['valid', 'train'] });
  const outcomes = [1, 2, 3, 4].map((sampleId) => ({ sampleId, probabilities: peaked(8, 1, 0.9), embedding: null }));
  commitPredictions(opened, run, outcomes, 1);
  return { opened, runId: run.id };
}

describe('the faces that a prior is tried on', () => {
  it('are those of a split with an emotion for a label, over the emotions alone', () => {
    const { opened, runId } = library();
    const found = whatIfFaces(opened, { runId, split: 'valid', sampleIds: null, limit: 100 });
    expect(found).toMatchObject({ keys: ['a.png', 'b.png'], labels: [0, 1], of: 3, leftOut: 1 });
    expect(found.classes).toHaveLength(8);
    expect(found.votes.slice(0, 8)).toEqual([8, 2, 0, 0, 0, 0, 0, 0]);
    expect(found.probabilities[9]).toBeCloseTo(0.9, 6);
    expect(found.probabilities.slice(0, 8).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it('are those that were asked for, in their order', () => {
    const { opened, runId } = library();
    const found = whatIfFaces(opened, { runId, split: null, sampleIds: [4, 1], limit: 100 });
    expect(found.keys).toEqual(['d.png', 'a.png']);
  });

  it('are taken evenly where there are too many', () => {
    const { opened, runId } = library();
    const found = whatIfFaces(opened, { runId, split: null, sampleIds: null, limit: 2 });
    expect(found).toMatchObject({ ids: [1], of: 4, leftOut: 1 });
  });
});
