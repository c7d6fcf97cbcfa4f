import { describe, expect, it } from 'vitest';
import { nextCell } from '../../../src/renderer/panels/confusion/grid-keys.ts';
import { contrast, heat, luminance } from '../../../src/renderer/panels/confusion/heat-scale.ts';
import { normalise, shade, totals } from '../../../src/renderer/panels/confusion/normalise.ts';
import { classesTsv, matrixTsv, tsv } from '../../../src/renderer/panels/confusion/tsv.ts';
import { wilson } from '../../../src/renderer/panels/confusion/wilson.ts';
import { cellSentence, cellShare } from '../../../src/renderer/panels/confusion/wording.ts';
import type { Evaluation } from '../../../src/shared/contract/analysis.ts';

const CONFUSION = [
  [8, 2, 0],
  [1, 3, 0],
  [0, 0, 0],
];

const EVALUATION: Evaluation = {
  dataset: 'ferplus',
  model: 'micro',
  runId: 1,
  split: 'valid',
  protocol: 'majority',
  labels: 'current',
  voteFiles: ['fer2013new.csv'],
  provider: 'cpu',
  classes: ['neutral', 'sadness', 'contempt'],
  classIndices: [0, 3, 7],
  accuracy: 11 / 14,
  macroF1: 0.7,
  ece: 0.05,
  support: 14,
  dropped: 3,
  unpredicted: 0,
  relabelled: 0,
  confusion: CONFUSION,
  perClass: [
    { name: 'neutral', precision: 8 / 9, recall: 0.8, f1: 16 / 19, support: 10, predicted: 9 },
    { name: 'sadness', precision: 0.6, recall: 0.75, f1: 2 / 3, support: 4, predicted: 5 },
    { name: 'contempt', precision: null, recall: null, f1: null, support: 0, predicted: 0 },
  ],
};

describe('normalising a confusion matrix', () => {
  it('sums rows, columns and all', () => {
    expect(totals(CONFUSION)).toEqual({ rows: [10, 4, 0], columns: [9, 5, 0], all: 14 });
  });

  it('leaves counts as they are', () => {
    expect(normalise(CONFUSION, 'counts')).toEqual(CONFUSION);
  });

  it('divides by the crowd in row mode and has no value for a class nobody voted for', () => {
    expect(normalise(CONFUSION, 'row')).toEqual([
      [0.8, 0.2, 0],
      [0.25, 0.75, 0],
      [null, null, null],
    ]);
  });

  it('divides by the model in column mode and has no value for a class never predicted', () => {
    const columns = normalise(CONFUSION, 'column');
    expect(columns.map((row) => row[2])).toEqual([null, null, null]);
    expect(columns[0]![0]).toBeCloseTo(8 / 9, 12);
    expect(columns[0]![1]! + columns[1]![1]! + columns[2]![1]!).toBeCloseTo(1, 12);
  });

  it('shades by the root of the share and shades nothing where there is nothing', () => {
    expect(shade(25, 100)).toBe(0.5);
    expect(shade(100, 100)).toBe(1);
    expect(shade(null, 1)).toBe(0);
    expect(shade(0, 0)).toBe(0);
  });
});

describe('the heat scale', () => {
  const steps = Array.from({ length: 1001 }, (_, i) => i / 1000);

  it.each(['light', 'dark'] as const)(
    'keeps its text at 4.5 to 1 or better on every shade of the %s theme',
    (theme) => {
      const worst = Math.min(...steps.map((step) => contrast(heat(step, theme).background, heat(step, theme).text)));
      expect(worst).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('grows darker all the way on light and lighter all the way on dark', () => {
    const on = (theme: 'light' | 'dark') => steps.map((step) => luminance(heat(step, theme).background));
    expect(on('light')).toEqual(on('light').toSorted((a, b) => b - a));
    expect(on('dark')).toEqual(on('dark').toSorted((a, b) => a - b));
  });

  it('measures contrast as WCAG does', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 10);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.478, 3);
  });
});

describe('the Wilson interval', () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [0, 20, 0, 0.1611],
    [20, 20, 0.8389, 1],
    [1, 29, 0.0061, 0.1718],
  ])('agrees with the published figures for %i of %i', (successes, trials, low, high) => {
    const interval = wilson(successes, trials)!;
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  it('has nothing to say of no faces', () => {
    expect(wilson(0, 0)).toBeNull();
  });
});

describe('the wording of a cell', () => {
  it('names crowd, model, faces and the share of the crowd class', () => {
    expect(cellSentence(CONFUSION, EVALUATION.classes, 1, 0)).toBe(
      'Crowd said sadness, model said neutral: 1 face (25 % of sadness)',
    );
    expect(cellSentence(CONFUSION, EVALUATION.classes, 2, 0)).toBe('Crowd said contempt, model said neutral: 0 faces');
  });

  it('never rounds a few faces down to none', () => {
    expect([null, 0, 0.001, 0.006, 0.994, 1].map(cellShare)).toEqual(['–', '0', '<1', '1', '99', '100']);
  });
});

describe('moving over the matrix by keyboard', () => {
  it('stops at the edges', () => {
    expect(nextCell({ row: 0, column: 0 }, 'ArrowUp', false, 3)).toEqual({ row: 0, column: 0 });
    expect(nextCell({ row: 1, column: 2 }, 'ArrowRight', false, 3)).toEqual({ row: 1, column: 2 });
    expect(nextCell({ row: 1, column: 2 }, 'ArrowDown', false, 3)).toEqual({ row: 2, column: 2 });
  });

  it('goes to the ends of the row, and with control to the corners', () => {
    expect(nextCell({ row: 1, column: 1 }, 'End', false, 3)).toEqual({ row: 1, column: 2 });
    expect(nextCell({ row: 1, column: 1 }, 'Home', true, 3)).toEqual({ row: 0, column: 0 });
    expect(nextCell({ row: 1, column: 1 }, 'PageDown', false, 3)).toEqual({ row: 2, column: 1 });
  });

  it('leaves other keys alone', () => {
    expect(nextCell({ row: 1, column: 1 }, 'a', false, 3)).toBeNull();
  });
});

describe('copied data', () => {
  it('carries votes file, split, protocol and provider with the matrix', () => {
    const lines = matrixTsv(EVALUATION, 'counts').split('\n');
    expect(lines).toContain('votes\tfer2013new.csv');
    expect(lines).toContain('split\tvalid');
    expect(lines).toContain('protocol\tmajority');
    expect(lines).toContain('provider\tcpu');
    expect(lines).toContain('crowd \\ model\tneutral\tsadness\tcontempt');
    expect(lines).toContain('sadness\t1\t3\t0');
  });

  it('gives shares unrounded and leaves what has no value empty', () => {
    expect(matrixTsv(EVALUATION, 'row').split('\n')).toContain('contempt\t\t\t');
    expect(classesTsv(EVALUATION).split('\n')).toContain(`neutral\t10\t9\t${8 / 9}\t0.8\t${16 / 19}`);
  });

  it('keeps a tab in a name from making a column', () => {
    expect(tsv([['a\tb', 1]])).toBe('a b\t1\n');
  });
});
