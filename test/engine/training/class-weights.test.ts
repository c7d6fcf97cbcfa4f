import { describe, expect, it } from 'vitest';
import { CLASS_WEIGHTINGS, classWeights } from '../../../src/main/engine/training/class-weights.ts';

const COUNTS = [900, 90, 10, 0];

describe.each(CLASS_WEIGHTINGS)('$name', ({ name }) => {
  it('has the mean 1 over all faces, and no weight for a class without any', () => {
    const weights = classWeights(name, COUNTS);
    const total = COUNTS.reduce((sum, count, index) => sum + count * weights[index]!, 0);
    expect(total / 1000).toBeCloseTo(1, 5);
    expect(weights[3]).toBe(0);
  });
});

describe('class weights', () => {
  it('are all one without a weighting', () => {
    expect([...classWeights('none', [5, 1])]).toEqual([1, 1]);
  });

  it('are N / (K·n) by inverse frequency over K classes that have faces', () => {
    const weights = classWeights('inverse-frequency', COUNTS);
    [1000 / (3 * 900), 1000 / (3 * 90), 1000 / (3 * 10)].forEach((expected, index) => {
      expect(weights[index]).toBeCloseTo(expected, 4);
    });
  });

  it('have the ratio of (1 − β) / (1 − βⁿ) by effective number, β = 0.999', () => {
    const weights = classWeights('effective-number', [1000, 1]);
    expect(weights[1]! / weights[0]!).toBeCloseTo((1 - 0.999 ** 1000) / 0.001, 2);
  });

  it('refuse a name that nobody knows', () => {
    expect(() => classWeights('focal', COUNTS)).toThrow('There is no class weighting “focal”.');
  });
});
