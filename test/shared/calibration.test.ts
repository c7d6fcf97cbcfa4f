import { describe, expect, it } from 'vitest';
import { expectedCalibrationError } from '../../src/shared/calibration.ts';

describe('expected calibration error', () => {
  it('is what its bins give by hand', () => {
    // Two bins: (0, 0.5] holds 0.3 and 0.5, (0.5, 1] holds 0.6, 0.8 and 1.
    const confidences = [0.3, 0.5, 0.6, 0.8, 1];
    const right = [1, 0, 0, 1, 1];
    const low = Math.abs(0.4 - 1 / 2);
    const high = Math.abs(2.4 / 3 - 2 / 3);
    expect(expectedCalibrationError(confidences, right, 2)).toBeCloseTo((2 / 5) * low + (3 / 5) * high, 12);
  });

  it('has 15 bins unless told otherwise', () => {
    // 0.55 and 0.61 lie in the bins 9 and 10 of 15: their gaps do not cancel out.
    expect(expectedCalibrationError([0.55, 0.61], [1, 0])).toBeCloseTo((0.45 + 0.61) / 2, 12);
    expect(expectedCalibrationError([0.55, 0.61], [1, 0], 1)).toBeCloseTo(Math.abs(0.58 - 0.5), 12);
  });

  it('is 0 where confidence is right as often as it says, and null without a face', () => {
    expect(expectedCalibrationError([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0])).toBe(0);
    expect(expectedCalibrationError([0, 1], [0, 1])).toBe(0);
    expect(expectedCalibrationError([], [])).toBeNull();
  });
});
