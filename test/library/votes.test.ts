import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeVotes, deriveVotes, encodeVotes } from '../../src/main/library/votes.ts';

describe('what is derived from votes', () => {
  it('is total, majority class, entropy over ln C and margin of the two best classes', () => {
    const derived = deriveVotes([4, 0, 0, 1, 3, 2, 0, 0, 0, 0]);
    expect(derived.total).toBe(10);
    expect(derived.label).toBe(0);
    expect(derived.margin).toBeCloseTo(0.1, 12);
    expect(derived.entropy).toBeCloseTo(1.2798542258 / Math.log(10), 9);
  });

  it('gives a tie to the first class, entropy 0 to a unanimous face and 1 to an even split', () => {
    expect(deriveVotes([0, 5, 5]).label).toBe(1);
    expect(deriveVotes([0, 5, 5]).margin).toBe(0);
    expect(deriveVotes([0, 0, 10]).entropy).toBe(0);
    expect(deriveVotes([2, 2, 2, 2]).entropy).toBeCloseTo(1, 12);
  });

  it('is empty where nobody voted', () => {
    expect(deriveVotes([0, 0, 0])).toEqual({ total: 0, label: null, entropy: null, margin: null });
  });

  it('comes from counts that survive storage', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 65_535 }), { minLength: 1, maxLength: 12 }), (votes) => {
        expect(decodeVotes(encodeVotes(votes))).toEqual(votes);
      }),
    );
    expect(() => encodeVotes([65_536])).toThrow(RangeError);
  });
});
