import { describe, expect, it } from 'vitest';
import { trainingTargets } from '../../src/main/api/training-targets.ts';
import { countTargets } from '../../src/main/engine/training/targets.ts';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import { doLabels } from '../../src/main/library/label-actions.ts';
import { FERPLUS_EMOTIONS } from '../../src/shared/class-sets.ts';
import { NotFoundError, UsageError } from '../../src/shared/errors.ts';
import { addFaces } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const votes = (entries: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: 10 }, (_, index) => entries[index] ?? 0);

function sixFaces() {
  const library = tempLibrary();
  const datasetId = addFaces(library, [
    { key: 'clear.png', split: 'train', votes: votes({ 1: 10 }) },
    { key: 'single-vote.png', split: 'train', votes: votes({ 0: 6, 3: 3, 4: 1 }) },
    { key: 'unsure.png', split: 'train', votes: votes({ 0: 5, 3: 5 }) },
    { key: 'no-face.png', split: 'train', votes: votes({ 9: 10 }) },
    { key: 'partly-unknown.png', split: 'train', votes: votes({ 3: 6, 0: 2, 8: 2 }) },
    { key: 'other-split.png', split: 'valid', votes: votes({ 2: 10 }) },
  ]);
  return { library, datasetId };
}

const rowOf = (values: Float32Array, face: number): number[] => [...values.subarray(face * 8, (face + 1) * 8)];
const emotions = (entries: Readonly<Record<number, number>>): number[] => votes(entries).slice(0, 8).map(Math.fround);

describe('the targets of a protocol', () => {
  it('are one-hot for the faces of the splits that majority keeps; the others are counted', () => {
    const { library, datasetId } = sixFaces();
    const table = trainingTargets(library, { datasetId, splits: ['train'], protocol: 'majority' });
    expect(table.classes).toEqual(FERPLUS_EMOTIONS);
    expect([...table.ids]).toEqual([1, 2, 5]);
    expect([...table.labels]).toEqual([1, 0, 3]);
    expect([0, 1, 2].map((face) => rowOf(table.targets, face))).toEqual([
      emotions({ 1: 1 }),
      emotions({ 0: 1 }),
      emotions({ 3: 1 }),
    ]);
    expect(countTargets(table)).toMatchObject({ kept: 3, dropped: 2 });
  });

  it('have beside them the votes for emotions as shares, single votes among them', () => {
    const { library, datasetId } = sixFaces();
    const { shares } = trainingTargets(library, { datasetId, splits: ['train'], protocol: 'majority' });
    expect(rowOf(shares, 1)).toEqual(emotions({ 0: 0.6, 3: 0.3, 4: 0.1 }));
    expect(rowOf(shares, 2)).toEqual(emotions({ 3: 0.75, 0: 0.25 }));
  });

  it('are soft where the protocol’s are, a tie labelled by the first class', () => {
    const { library, datasetId } = sixFaces();
    const table = trainingTargets(library, { datasetId, splits: ['train', 'valid'], protocol: 'multi-target' });
    expect([...table.ids]).toEqual([1, 2, 3, 5, 6]);
    expect(rowOf(table.targets, 2)).toEqual(emotions({ 0: 0.5, 3: 0.5 }));
    expect(table.labels[2]).toBe(0);
  });

  it('carry the entropy of all votes, as the library shows it', () => {
    const { library, datasetId } = sixFaces();
    const { ambiguity } = trainingTargets(library, { datasetId, splits: ['train'], protocol: 'majority' });
    const entropy = -(0.6 * Math.log(0.6) + 0.3 * Math.log(0.3) + 0.1 * Math.log(0.1)) / Math.log(10);
    expect(ambiguity[0]).toBe(0);
    expect(ambiguity[1]).toBeCloseTo(entropy, 6);
  });

  it('refuse a protocol or a dataset that is not there', () => {
    const { library, datasetId } = sixFaces();
    expect(() => trainingTargets(library, { datasetId, splits: ['train'], protocol: 'plurality' })).toThrow(UsageError);
    expect(() => trainingTargets(library, { datasetId: 99, splits: [], protocol: 'majority' })).toThrow(NotFoundError);
  });
});

describe('the targets of relabelled faces', () => {
  it('are the relabel, by votes too; an added vote counts as the crowd’s; a non-emotion drops the face', () => {
    const { library, datasetId } = sixFaces();
    const { id } = ensureAnnotator(library, 'Ada');
    const changes = [
      { sampleId: 1, revision: 0, field: 'label' as const, value: 9 },
      { sampleId: 3, revision: 0, field: 'votes' as const, value: votes({ 3: 2 }) },
      { sampleId: 4, revision: 0, field: 'label' as const, value: 6 },
    ];
    doLabels(library, { annotatorId: id, changes, queueId: null, runId: null });
    const table = trainingTargets(library, { datasetId, splits: ['train'], protocol: 'majority' });
    expect([...table.ids]).toEqual([2, 3, 4, 5]);
    expect([...table.labels]).toEqual([0, 3, 6, 3]);
    expect(table.dropped).toBe(1);
    expect(rowOf(table.targets, 2)).toEqual(emotions({ 6: 1 }));
    expect(rowOf(table.shares, 2)).toEqual(emotions({ 6: 1 }));
    expect(rowOf(table.shares, 1)).toEqual(emotions({ 0: 5 / 12, 3: 7 / 12 }));
  });
});
