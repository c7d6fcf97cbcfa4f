import { describe, expect, it } from 'vitest';
import { validationMetrics } from '../../../src/main/engine/training/metrics.ts';
import { EngineError, UsageError } from '../../../src/shared/errors.ts';

/** Logits whose softmax is these probabilities. */
const logitsOf = (rows: readonly (readonly number[])[]): Float32Array => Float32Array.from(rows.flat(), Math.log);

describe('validation metrics', () => {
  const rows = [
    [0.8, 0.1, 0.1],
    [0.6, 0.3, 0.1],
    [0.2, 0.7, 0.1],
    [0.5, 0.4, 0.1],
    [0.1, 0.1, 0.8],
  ];
  const found = validationMetrics(logitsOf(rows), [0, 0, 1, 1, 1], 3);

  it('are accuracy and recall of each class, null for a class without faces', () => {
    expect(found.faces).toBe(5);
    expect(found.accuracy).toBeCloseTo(3 / 5, 12);
    expect(found.recall).toEqual([1, 1 / 3, null]);
  });

  it('are the mean F1 over classes that occur or are predicted', () => {
    expect(found.macroF1).toBeCloseTo((4 / 5 + 2 / 4 + 0) / 3, 12);
  });

  it('are the calibration error by hand: 0.8 twice in one bin, 0.7, 0.6 and 0.5 alone', () => {
    const expected = (Math.abs(1.6 - 1) + Math.abs(0.7 - 1) + Math.abs(0.6 - 1) + Math.abs(0.5 - 0)) / 5;
    expect(found.ece).toBeCloseTo(expected, 5);
  });

  it('are null without a face', () => {
    expect(validationMetrics(new Float32Array(), [], 2)).toEqual({
      faces: 0,
      accuracy: null,
      macroF1: null,
      recall: [null, null],
      ece: null,
    });
  });

  it('refuse logits of another size, and such as are not finite', () => {
    expect(() => validationMetrics(new Float32Array(5), [0, 1], 3)).toThrow(UsageError);
    expect(() => validationMetrics(Float32Array.from([0, Number.NaN]), [0], 2)).toThrow(EngineError);
  });
});
