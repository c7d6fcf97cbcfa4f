import { describe, expect, it } from 'vitest';
import { comparePredictions } from '../../src/main/analysis/compare-predictions.ts';
import { mcNemarExact } from '../../src/main/analysis/mcnemar.ts';

const classes = ['a', 'b', 'c'];
const sure = (...tops: readonly number[]): Float32Array =>
  Float32Array.from(tops.flatMap((top) => [0, 1, 2].map((place) => (place === top ? 0.8 : 0.1))));

describe('two sets of predictions of the same faces', () => {
  // Faces:            fixed broken changed right wrong fixed
  const labels = [0, 1, 2, 0, 1, 2];
  const before = sure(1, 1, 0, 0, 0, 0);
  const after = sure(0, 2, 1, 0, 0, 2);
  const found = comparePredictions({ classes, labels, before, after });

  it('counts what became of the faces', () => {
    expect(found.faces).toBe(6);
    expect(found.counts).toEqual({ fixed: 2, broken: 1, changed: 1, stayedRight: 1, stayedWrong: 1 });
  });

  it('names the faces that changed with their label and both predictions', () => {
    expect(found.changes.map(({ place, change }) => [place, change])).toEqual([
      [0, 'fixed'],
      [1, 'broken'],
      [5, 'fixed'],
      [2, 'changed'],
    ]);
    expect(found.changes[1]).toMatchObject({ label: 1, before: 1, after: 2 });
    expect(found.changes[1]!.afterProbability).toBeCloseTo(0.8, 6);
  });

  it('puts the greatest move of the label’s probability first', () => {
    const mild = Float32Array.from([0.4, 0.6, 0, 0.45, 0.55, 0]);
    const strong = Float32Array.from([0.6, 0.4, 0, 0.95, 0.05, 0]);
    const { changes } = comparePredictions({ classes, labels: [0, 0], before: mild, after: strong });
    expect(changes.map(({ place }) => place)).toEqual([1, 0]);
  });

  it('scores each side', () => {
    expect(found.figures.before.accuracy).toBeCloseTo(2 / 6, 12);
    expect(found.figures.after.accuracy).toBeCloseTo(3 / 6, 12);
    expect(found.figures.before.recall).toEqual([1 / 2, 1 / 2, 0]);
    expect(found.figures.after.recall).toEqual([1, 0, 1 / 2]);
    // F1 before: a 2·1/(2+4), b 2·1/(2+2), c 0; after: a 2·2/(2+3), b 0, c 2·1/(2+2).
    expect(found.figures.before.macroF1).toBeCloseTo((1 / 3 + 1 / 2 + 0) / 3, 12);
    expect(found.figures.after.macroF1).toBeCloseTo((4 / 5 + 0 + 1 / 2) / 3, 12);
    // Every confidence is 0.8.
    expect(found.figures.before.ece).toBeCloseTo(0.8 - 2 / 6, 6);
    expect(found.figures.after.ece).toBeCloseTo(0.8 - 3 / 6, 6);
    expect(found.support).toEqual([2, 2, 2]);
  });

  it('sets the two against each other', () => {
    expect(found.confusion).toEqual([
      [2, 1, 1],
      [1, 0, 1],
      [0, 0, 0],
    ]);
    expect(found.p).toBe(1);
  });

  it('finds nothing between a set and itself', () => {
    const same = comparePredictions({ classes, labels, before, after: before });
    expect(same.changes).toEqual([]);
    expect(same.figures.before).toEqual(same.figures.after);
    expect(same.p).toBe(1);
  });

  it('has no figure without faces, and refuses sizes that do not match', () => {
    const none = new Float32Array(0);
    expect(comparePredictions({ classes, labels: [], before: none, after: none }).figures.after.accuracy).toBeNull();
    expect(() => comparePredictions({ classes, labels, before, after: none })).toThrow(/not 6 rows of 3/);
  });
});

describe('McNemar’s exact test', () => {
  it.each([
    [0, 0, 1],
    [1, 0, 1],
    [0, 5, 2 / 32],
    [8, 2, (2 * (1 + 10 + 45)) / 1024],
    [2, 8, (2 * (1 + 10 + 45)) / 1024],
    [5, 5, 1],
  ])('of %i fixed and %i broken faces gives %f', (fixed, broken, p) => {
    expect(mcNemarExact(fixed, broken)).toBeCloseTo(p, 12);
  });

  it('holds for more faces than 2⁻ⁿ has room for', () => {
    // The normal approximation with continuity correction: z = (|1600 − 1400| − 1)/√3000 = 3.633, p = 2.80e-4.
    expect(mcNemarExact(1600, 1400)).toBeGreaterThan(2.7e-4);
    expect(mcNemarExact(1600, 1400)).toBeLessThan(2.9e-4);
  });
});
