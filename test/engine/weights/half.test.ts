import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TensorData } from '../../../src/main/engine/onnx/tensor.ts';
import {
  fromBfloat16,
  fromFloat16,
  toBfloat16,
  toFloat16,
  toFloat32,
  toHalf,
} from '../../../src/main/engine/weights/half.ts';
import { WeightsError } from '../../../src/shared/errors.ts';

interface Format {
  readonly widen: (bits: Uint16Array) => Float32Array;
  readonly narrow: (numbers: Float32Array) => Uint16Array;
  readonly exponentBits: number;
  readonly fractionBits: number;
}

const FORMATS: Record<string, Format> = {
  float16: { widen: fromFloat16, narrow: toFloat16, exponentBits: 5, fractionBits: 10 },
  bfloat16: { widen: fromBfloat16, narrow: toBfloat16, exponentBits: 8, fractionBits: 7 },
};

/** What a pattern of bits means by IEEE 754: sign, biased exponent, fraction. */
function meaning(bits: number, { exponentBits, fractionBits }: Format): number {
  const sign = bits >>> 15 === 0 ? 1 : -1;
  const exponent = (bits >>> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

const allBits = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

describe.each(Object.entries(FORMATS))('%s', (_, format) => {
  const { widen, narrow, exponentBits, fractionBits } = format;
  const infinity = (2 ** exponentBits - 1) << fractionBits;

  test('every pattern of bits widens to what it means: subnormals, both zeros, infinities and NaNs too', () => {
    const wide = widen(allBits);
    const wrong = Array.from(allBits).filter((bits) => !Object.is(wide[bits], meaning(bits, format)));
    expect(wrong).toEqual([]);
  });

  test('every number of the format comes back as the bits it had, and every NaN as a NaN', () => {
    const back = narrow(widen(allBits));
    const wrong = Array.from(allBits).filter((bits) => {
      return Number.isNaN(meaning(bits, format)) ? !Number.isNaN(meaning(back[bits]!, format)) : back[bits] !== bits;
    });
    expect(wrong).toEqual([]);
  });

  test('any number goes to its nearest neighbour in the format, a tie to the even one', () => {
    const below = Array.from({ length: infinity }, (_, bits) => meaning(bits, format));
    const nearest = (magnitude: number): number => {
      let low = 0;
      for (let high = below.length; high - low > 1; ) {
        const middle = (low + high) >>> 1;
        if (below[middle]! <= magnitude) low = middle;
        else high = middle;
      }
      // Beyond the largest number, the next step of the same size stands for infinity.
      const next = below[low + 1] ?? 2 * below[low]! - below[low - 1]!;
      const excess = magnitude - below[low]! - (next - magnitude);
      return low + (excess > 0 || (excess === 0 && low % 2 === 1) ? 1 : 0);
    };
    const tie = fc.nat(infinity - 2).map((bits) => (below[bits]! + below[bits + 1]!) / 2);
    const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.oneof(anyFloat, fc.float({ min: -70000, max: 70000, noNaN: true }), tie), (number) => {
        const sign = number < 0 || Object.is(number, -0) ? 0x8000 : 0;
        expect(narrow(Float32Array.of(number))).toEqual(Uint16Array.of(sign + nearest(Math.abs(number))));
      }),
      { numRuns: 2000 },
    );
  });

  test('what is infinite stays so, and what lies beyond the range becomes so', () => {
    expect(narrow(Float32Array.of(Number.POSITIVE_INFINITY, -3.4028234663852886e38))).toEqual(
      Uint16Array.of(infinity, 0x8000 + infinity),
    );
  });

  test('a view into a larger buffer is read at its own place', () => {
    expect(widen(allBits.subarray(0x3c00, 0x3c02))).toEqual(
      Float32Array.of(meaning(0x3c00, format), meaning(0x3c01, format)),
    );
    const numbers = Float32Array.of(9, 1, 2);
    expect(narrow(numbers.subarray(1))).toEqual(narrow(Float32Array.of(1, 2)));
  });
});

describe('a tensor', () => {
  const tensor: TensorData = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 65536) };

  test('is narrowed for storage and widened for the network, its shape kept', () => {
    expect(toFloat32(toHalf(tensor, 'bfloat16'))).toEqual(tensor);
    expect(toFloat32(toHalf(tensor, 'float16')).data).toEqual(Float32Array.of(1, -2, 0.5, Number.POSITIVE_INFINITY));
    expect(toHalf(tensor, 'float16')).toMatchObject({ dtype: 'float16', shape: [2, 2] });
  });

  test('of doubles is rounded to float32, one of float32 is not copied', () => {
    expect(toFloat32({ dtype: 'float64', shape: [1], data: Float64Array.of(0.1) }).data).toEqual(Float32Array.of(0.1));
    expect(toFloat32(tensor)).toBe(tensor);
  });

  test('of integers is no weight', () => {
    expect(() => toFloat32({ dtype: 'int64', shape: [1], data: BigInt64Array.of(1n) })).toThrow(WeightsError);
  });
});
