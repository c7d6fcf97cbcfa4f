import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hardness } from '../../src/main/analysis/measures/hardness.ts';
import { MEASURES } from '../../src/main/analysis/measures/index.ts';
import { jsDivergence } from '../../src/main/analysis/measures/js-divergence.ts';
import { klFromVotes } from '../../src/main/analysis/measures/kl-from-votes.ts';
import { mistakenness } from '../../src/main/analysis/measures/mistakenness.ts';
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

  it('JS divergence is 0 when both agree, ln 2 when they share no class, and symmetric', () => {
    expect(jsDivergence.compute(input([0.5, 0.5], null, [0.5, 0.5]))).toBeCloseTo(0, 12);
    expect(jsDivergence.compute(input([1, 0], null, [0, 1]))).toBeCloseTo(Math.LN2, 12);
    // Half of KL((1, 0)‖(0.75, 0.25)) and half of KL((0.5, 0.5)‖(0.75, 0.25)), worked out by hand.
    const byHand = 0.5 * Math.log(4 / 3) + 0.5 * (0.5 * Math.log(2 / 3) + 0.5 * Math.log(2));
    expect(jsDivergence.compute(input([0.5, 0.5], null, [1, 0]))).toBeCloseTo(byHand, 12);
    expect(jsDivergence.compute(input([1, 0], null, [0.5, 0.5]))).toBeCloseTo(byHand, 12);
    expect(jsDivergence.compute(input([1, 0], null))).toBeNull();
  });

  it('mistakenness is 1 when a certain model contradicts, 0 when it confirms, and near 0.5 when it wavers', () => {
    expect(mistakenness.compute(input([1, 0, 0], 1))).toBe(1);
    expect(mistakenness.compute(input([1, 0, 0], 0))).toBe(0);
    // e^−H of the uniform distribution over four classes is 1/4.
    expect(mistakenness.compute(input([0.25, 0.25, 0.25, 0.25], 3))).toBeCloseTo((0.25 + 1) / 2, 12);
    expect(mistakenness.compute(input([0.25, 0.25, 0.25, 0.25], 0))).toBeCloseTo((-0.25 + 1) / 2, 12);
    expect(mistakenness.compute(input([1, 0], null))).toBeNull();
  });

  it('leave votes for unknown and NF out, and have no margin where the label is one of them', () => {
    const probabilities = [0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0];
    const found = predictionMeasures(FERPLUS_CLASSES, [2, 2, 0, 0, 0, 0, 0, 0, 6, 0], 8, probabilities);
    const measure = (name: string) => found.find((each) => each.name === name)?.value;
    expect(measure('klFromVotes')).toBeCloseTo(0, 12);
    expect(measure('selfConfidence')).toBeNull();
    expect(measure('normalisedMargin')).toBeNull();
  });
});

describe('every measure in the registry', () => {
  it('has a name of its own and words for a person', () => {
    expect(new Set(MEASURES.map(({ name }) => name)).size).toBe(MEASURES.length);
    for (const { label, explanation } of MEASURES) expect(label.length * explanation.length).toBeGreaterThan(0);
  });

  it.each(MEASURES.map((measure) => [measure.name, measure] as const))(
    '%s is finite and, where it is a ratio, in [0, 1], for any votes and probabilities',
    (_, measure) => {
      const weights = fc.array(fc.nat({ max: 9 }), { minLength: 8, maxLength: 8 }).filter((list) => list.some(Boolean));
      const shares = weights.map((list) => list.map((weight) => weight / list.reduce((sum, each) => sum + each, 0)));
      fc.assert(
        fc.property(shares, shares, fc.nat({ max: 7 }), (voteShares, probabilities, label) => {
          const value = measure.compute({ voteShares, probabilities, label })!;
          expect(Number.isFinite(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(-1e-12);
          if (measure.unit === 'ratio') expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }),
      );
    },
  );
});
