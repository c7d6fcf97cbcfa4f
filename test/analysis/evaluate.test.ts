import { describe, expect, it } from 'vitest';
import { evaluateRun } from '../../src/main/analysis/evaluate.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { UsageError } from '../../src/shared/errors.ts';
import { addFaces, addRun, peaked } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const votes = (entries: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: 10 }, (_, index) => entries[index] ?? 0);

function fiveFaces() {
  const library = tempLibrary();
  const datasetId = addFaces(library, [
    { key: 'a.png', votes: votes({ 0: 10 }) },
    { key: 'b.png', votes: votes({ 0: 8, 3: 2 }) },
    { key: 'c.png', votes: votes({ 3: 9 }) },
    { key: 'd.png', votes: votes({ 8: 9 }) },
    { key: 'e.png', votes: votes({ 1: 9 }) },
    { key: 'f.png', votes: votes({ 1: 9 }), split: 'train' },
  ]);
  return { library, datasetId };
}

describe('evaluating a run on a split', () => {
  it('counts kept faces in the matrix, and dropped and unpredicted ones apart', () => {
    const { library, datasetId } = fiveFaces();
    const run = addRun(library, datasetId);
    const outcome = (sampleId: number, top: number) => ({
      sampleId,
      probabilities: peaked(8, top, 0.9),
      embedding: null,
    });
    commitPredictions(library, run, [outcome(1, 0), outcome(2, 3), outcome(3, 3), outcome(4, 0)], 1);
    const evaluation = evaluateRun(library, { runId: run.id, split: 'valid', protocol: 'majority' });
    expect(evaluation.classes).toEqual([
      'neutral',
      'happiness',
      'surprise',
      'sadness',
      'anger',
      'disgust',
      'fear',
      'contempt',
    ]);
    expect(evaluation).toMatchObject({ support: 3, dropped: 1, unpredicted: 1, split: 'valid', protocol: 'majority' });
    expect(evaluation.accuracy).toBeCloseTo(2 / 3, 12);
    expect(evaluation.ece).toBeCloseTo(0.9 - 2 / 3, 6);
    expect(evaluation.confusion[0]).toEqual([1, 0, 0, 1, 0, 0, 0, 0]);
    expect(evaluation.confusion[3]).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
    expect(evaluation.voteFiles).toEqual(['fer2013new.csv']);
  });

  it('maps the model’s class order onto the dataset’s', () => {
    const { library, datasetId } = fiveFaces();
    const run = addRun(library, datasetId, { classIndices: [3, 0] });
    commitPredictions(library, run, [{ sampleId: 3, probabilities: [0.7, 0.3], embedding: null }], 1);
    const evaluation = evaluateRun(library, { runId: run.id, split: 'valid', protocol: 'majority' });
    expect(evaluation.confusion[3]![3]).toBe(1);
  });

  it('refuses a protocol it does not know, naming those it does', () => {
    const { library, datasetId } = fiveFaces();
    const run = addRun(library, datasetId);
    const attempt = () => evaluateRun(library, { runId: run.id, split: 'valid', protocol: 'plurality' });
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(/plurality/);
  });
});
