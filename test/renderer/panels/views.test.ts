import { describe, expect, it } from 'vitest';
import { cellView } from '../../../src/renderer/panels/confusion/cell-view.ts';
import { splitToShow } from '../../../src/renderer/panels/split-choice.ts';
import { decodeView, encodeView } from '../../../src/renderer/stores/view-codec.ts';
import type { Evaluation } from '../../../src/shared/contract/analysis.ts';

describe('the faces of a confusion cell', () => {
  const evaluation = {
    runId: 5,
    split: 'valid',
    protocol: 'majority',
    classIndices: [0, 3, 7],
  } as unknown as Evaluation;

  it('are named by the classes of the dataset, not by the rows of the matrix', () => {
    expect(cellView(evaluation, 2, 1, 2)).toMatchObject({
      datasetId: 2,
      runId: 5,
      filter: { splits: ['valid'], target: { protocol: 'majority', classes: [3] }, predicted: [7] },
    });
  });

  it('survive the address', () => {
    const { view, ignored } = decodeView(encodeView(cellView(evaluation, 2, 0, 1)));
    expect(ignored).toEqual([]);
    expect(view).toMatchObject({
      datasetId: 2,
      runId: 5,
      filter: { splits: ['valid'], target: { protocol: 'majority', classes: [0] }, predicted: [3] },
    });
  });
});

describe('the split to evaluate', () => {
  it('is the chosen one where the run covers it', () => {
    expect(splitToShow('train', ['train', 'valid'])).toBe('train');
  });

  it('is valid before test before train where it does not, or none is chosen', () => {
    expect(splitToShow('test', ['train', 'valid'])).toBe('valid');
    expect(splitToShow(null, ['train', 'test'])).toBe('test');
    expect(splitToShow(null, ['none'])).toBe('none');
  });
});
