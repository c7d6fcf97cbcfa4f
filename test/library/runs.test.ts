import { describe, expect, it } from 'vitest';
import { listModels, removeModel } from '../../src/main/library/models.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { createRun, findSameRun, getRun, pendingSamples, removeRun } from '../../src/main/library/runs.ts';
import { ConflictError } from '../../src/shared/errors.ts';
import { addFaces, addRun, peaked } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const face = (key: string, split: 'train' | 'valid' = 'valid') => ({
  key,
  split,
  votes: [9, 0, 0, 0, 0, 0, 0, 0, 0, 0],
});
const outcome = (sampleId: number) => ({ sampleId, probabilities: peaked(8, 1, 0.6), embedding: [0.5, 1.5] });

function runOverThree() {
  const library = tempLibrary();
  const datasetId = addFaces(library, [face('a'), face('b', 'train'), face('c'), face('d')]);
  return { library, datasetId, run: addRun(library, datasetId) };
}

describe('a run', () => {
  it('has left only the faces of its splits that it has not predicted', () => {
    const { library, run } = runOverThree();
    expect(run).toMatchObject({ done: 0, total: 3, complete: false });
    expect(pendingSamples(library, run, 0, 10)).toEqual([1, 3, 4]);
    commitPredictions(library, run, [outcome(3)], 2);
    expect(pendingSamples(library, run, 0, 10)).toEqual([1, 4]);
    expect(pendingSamples(library, run, 1, 10)).toEqual([4]);
    commitPredictions(library, run, [outcome(1), outcome(4)], 1);
    expect(getRun(library, run.id)).toMatchObject({ done: 3, complete: true, facesPerSecond: 1 });
  });

  it('takes a repeated batch as already done', () => {
    const { library, run } = runOverThree();
    expect(commitPredictions(library, run, [outcome(1), outcome(3)], 1)).toBe(2);
    expect(commitPredictions(library, run, [outcome(3), outcome(4)], 1)).toBe(1);
    expect(getRun(library, run.id).done).toBe(3);
  });

  it('is found again by the same request, and by no other', () => {
    const { library, run } = runOverThree();
    const { datasetId, modelId, modelSha256, spec, classIndices } = run;
    const request = { datasetId, modelId, modelSha256, spec, classIndices, splits: ['valid' as const] };
    expect(findSameRun(library, request)?.id).toBe(run.id);
    expect(findSameRun(library, { ...request, splits: ['train'] })).toBeNull();
    expect(findSameRun(library, { ...request, modelSha256: 'changed' })).toBeNull();
    const newer = createRun(library, { ...request, provider: 'cpu' });
    expect(findSameRun(library, request)?.id).toBe(newer.id);
  });

  it('never mixes with another: removing one leaves the other whole', () => {
    const { library, datasetId, run } = runOverThree();
    const other = addRun(library, datasetId, { name: 'other' });
    commitPredictions(library, run, [outcome(1)], 1);
    commitPredictions(library, other, [outcome(1), outcome(3)], 1);
    expect(removeRun(library, run.id)).toBe(1);
    expect(getRun(library, other.id).done).toBe(2);
  });

  it('goes with its model', () => {
    const { library, run } = runOverThree();
    commitPredictions(library, run, [outcome(1)], 1);
    expect(removeModel(library, run.modelId)).toBe(1);
    expect(listModels(library)).toEqual([]);
    expect(library.sqlite.prepare('SELECT count(*) FROM predictions').pluck().get()).toBe(0);
  });

  it('is of a model whose name nobody else has', () => {
    const { library, datasetId } = runOverThree();
    expect(() => addRun(library, datasetId)).toThrow(ConflictError);
  });
});
