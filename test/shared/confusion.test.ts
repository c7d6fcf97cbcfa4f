import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionFigures } from '../../src/shared/confusion.ts';

describe('figures of a confusion matrix', () => {
  it('equal the worked example of a three-class classification report', () => {
    const figures = confusionFigures([
      [13, 0, 0],
      [0, 10, 6],
      [0, 0, 9],
    ]);
    expect(figures.support).toBe(38);
    expect(figures.accuracy).toBeCloseTo(32 / 38, 12);
    expect(figures.perClass.map((entry) => entry.precision)).toEqual([1, 1, 9 / 15]);
    expect(figures.perClass.map((entry) => entry.recall)).toEqual([1, 10 / 16, 1]);
    expect(figures.perClass[1]!.f1).toBeCloseTo(0.7692307692, 9);
    expect(figures.perClass[2]!.f1).toBeCloseTo(0.75, 12);
    expect(figures.macroF1).toBeCloseTo((1 + 0.7692307692 + 0.75) / 3, 9);
  });

  it('leave a class that never occurs out of macro-F1, and count one never predicted as zero', () => {
    const figures = confusionFigures([
      [4, 0, 0],
      [2, 0, 0],
      [0, 0, 0],
    ]);
    expect(figures.perClass.map((entry) => entry.f1)).toEqual([0.8, 0, null]);
    expect(figures.perClass[1]!.precision).toBeNull();
    expect(figures.macroF1).toBeCloseTo(0.4, 12);
  });

  it('are null, not zero or NaN, where there is no face', () => {
    const figures = confusionFigures([
      [0, 0],
      [0, 0],
    ]);
    expect(figures.accuracy).toBeNull();
    expect(figures.macroF1).toBeNull();
  });

  it('agree with counting pair by pair', () => {
    const pairs = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 })), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(pairs, (list) => {
        const counts = Array.from({ length: 4 }, () => new Array<number>(4).fill(0));
        for (const [wanted, got] of list) counts[wanted]![got]! += 1;
        const figures = confusionFigures(counts);
        expect(figures.accuracy).toBeCloseTo(list.filter(([wanted, got]) => wanted === got).length / list.length, 12);
        figures.perClass.forEach((entry, index) => {
          const both = list.filter(([wanted, got]) => wanted === index && got === index).length;
          const right = list.filter(([wanted]) => wanted === index).length;
          const said = list.filter(([, got]) => got === index).length;
          expect(entry.recall).toBe(right === 0 ? null : both / right);
          expect(entry.precision).toBe(said === 0 ? null : both / said);
        });
      }),
    );
  });
});
