import { describe, expect, it } from 'vitest';
import { pairBatch, pairFaces } from '../../../../src/main/engine/training/super-resolution/face-pairs.ts';
import { seededRandom } from '../../../support/random.ts';

/** Keys’ cubic kernel, a = −0.5 (Keys 1981, eq. 15). */
const keys = (distance: number): number => {
  const d = Math.abs(distance);
  if (d <= 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
  return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
};

/** A pixel of the smaller image by its definition: the kernel twice as wide, weights over what lies within the image. */
function shrunkPixel(image: Uint8Array, side: number, row: number, column: number): number {
  let [sum, total] = [0, 0];
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const weight = keys((y + 0.5) / 2 - (row + 0.5)) * keys((x + 0.5) / 2 - (column + 0.5));
      sum += weight * image[y * side + x]!;
      total += weight;
    }
  }
  return Math.max(0, Math.min(255, sum / total));
}

describe('pairing faces with smaller ones', () => {
  const next = seededRandom(3);
  const large = Uint8Array.from({ length: 2 * 64 }, () => Math.floor(next() * 256));
  const pairs = pairFaces(large, 8, 2);

  it('shrinks each as bicubic with a widened kernel does', () => {
    expect(pairs).toMatchObject({ side: 8, scale: 2, count: 2 });
    for (const face of [0, 1]) {
      for (let at = 0; at < 16; at += 1) {
        const wanted = shrunkPixel(large.subarray(face * 64, (face + 1) * 64), 8, Math.floor(at / 4), at % 4);
        expect(Math.abs(pairs.small[face * 16 + at]! - wanted)).toBeLessThanOrEqual(0.501);
      }
    }
  });

  it('keeps an even grey', () => {
    expect([...pairFaces(new Uint8Array(64).fill(77), 8, 2).small]).toEqual(new Array(16).fill(77));
  });

  it('mirrors both sizes of a face or neither', () => {
    const plain = pairBatch(pairs, Uint32Array.of(1, 0));
    const mirrored = pairBatch(pairs, Uint32Array.of(1, 0), [true, false]);
    expect(mirrored.size).toBe(2);
    for (const [name, side] of [
      ['large', 8],
      ['small', 4],
    ] as const) {
      const rows = Array.from({ length: side }, (_, row) => [...plain[name].subarray(row * side, (row + 1) * side)]);
      expect([...mirrored[name].subarray(0, side * side)]).toEqual(rows.flatMap((row) => row.toReversed()));
      expect(mirrored[name].subarray(side * side)).toEqual(plain[name].subarray(side * side));
    }
    expect(plain.large.subarray(0, 64)).toEqual(large.subarray(64));
  });
});
