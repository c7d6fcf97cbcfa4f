import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hardness } from '../../src/main/analysis/measures/hardness.ts';
import { klFromVotes } from '../../src/main/analysis/measures/kl-from-votes.ts';
import { normalisedMargin } from '../../src/main/analysis/measures/normalised-margin.ts';
import { selfConfidence } from '../../src/main/analysis/measures/self-confidence.ts';
import { predictionMeasures } from '../../src/main/analysis/prediction-measures.ts';
import { FERPLUS_CLASSES } from '../../src/shared/class-sets.ts';

const input = (
  probabilities: readonly number[],
  label: number | null,
  voteShares: readonly number[] | null = null,
) => ({
  probabilities,
  label,
  voteShares,
});

describe('measures of a prediction', () => {
  it('self-confidence is the probability of the label', () => {
    expect(selfConfidence.compute(input([0.2, 0.5, 0.3], 2))).toBe(0.3);
    expect(selfConfidence.compute(input([0.2, 0.8], null))).toBeNull();
  });

  it('normalised margin is 1 when surely right, 0 when surely wrong, 0.5 at a tie', () => {
    expect(normalisedMargin.compute(input([1, 0, 0], 0))).toBe(1);
    expect(normalisedMargin.compute(input([1, 0, 0], 1))).toBe(0);
    expect(normalisedMargin.compute(input([0.5, 0.5, 0], 1))).toBe(0.5);
  });

  it('hardness is 0 when certain and ln C when uniform', () => {
    expect(hardness.compute(input([1, 0, 0, 0], null))).toBe(0);
    expect(hardness.compute(input([0.25, 0.25, 0.25, 0.25], null))).toBeCloseTo(Math.log(4), 12);
  });

  it('KL from votes is 0 only when both agree, and 0.5 ln(0.5/0.9) + 0.5 ln(0.5/0.1) on the textbook case', () => {
    expect(klFromVotes.compute(input([0.9, 0.1], null, [0.5, 0.5]))).toBeCloseTo(0.5108256238, 9);
    const shares = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(shares, shares, (a, b) => {
        const p = a.map((value) => value / (a[0]! + a[1]! + a[2]!));
        const q = b.map((value) => value / (b[0]! + b[1]! + b[2]!));
        expect(klFromVotes.compute(input(q, null, p))!).toBeGreaterThanOrEqual(-1e-12);
      }),
    );
  });

  it('leave votes for unknown and NF out, and have no margin where the label is one of them', () => {
    const probabilities = [0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0];
    const measures = predictionMeasures(FERPLUS_CLASSES, [2, 2, 0, 0, 0, 0, 0, 0, 6, 0], 8, probabilities);
    expect(measures.klFromVotes).toBeCloseTo(0, 12);
    expect(measures.selfConfidence).toBeNull();
    expect(measures.normalisedMargin).toBeNull();
  });
});
