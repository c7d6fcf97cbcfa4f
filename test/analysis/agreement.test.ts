import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coincidenceMatrix,
  fleissKappa,
  krippendorffAlpha,
  meanPairAgreement,
  type VoteTable,
} from '../../src/main/analysis/agreement.ts';
import { agreementByPairs } from '../support/agreement-by-pairs.ts';

/** Ten subjects put into five categories by fourteen raters: the example by which Fleiss' κ is taught. */
const FOURTEEN_RATERS: VoteTable = [
  [0, 0, 0, 0, 14],
  [0, 2, 6, 4, 2],
  [0, 0, 3, 5, 6],
  [0, 3, 9, 2, 0],
  [2, 2, 8, 1, 1],
  [7, 7, 0, 0, 0],
  [3, 2, 6, 3, 0],
  [2, 5, 3, 2, 2],
  [6, 5, 2, 1, 0],
  [0, 2, 2, 3, 7],
];

/** Four observers over twelve units with missing values (Krippendorff, 2011, section C); 0 is missing. */
const FOUR_OBSERVERS = [
  [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
  [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
  [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
  [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
];
const UNITS: VoteTable = FOUR_OBSERVERS[0]!.map((_, unit) =>
  [1, 2, 3, 4, 5].map((value) => FOUR_OBSERVERS.filter((row) => row[unit] === value).length),
);

describe('agreement of votes', () => {
  it('Fleiss’ κ is 0.210 on the textbook’s ten subjects', () => {
    expect(meanPairAgreement(FOURTEEN_RATERS)).toBeCloseTo(0.378, 3);
    expect(fleissKappa(FOURTEEN_RATERS)).toBeCloseTo(0.21, 3);
  });

  it('Krippendorff’s α is 0.743 on his own twelve units, whose missing values do not count', () => {
    expect(krippendorffAlpha(UNITS)).toBeCloseTo(0.743, 3);
    expect(
      coincidenceMatrix(UNITS)
        .flat()
        .reduce((sum, count) => sum + count, 0),
    ).toBeCloseTo(40, 9);
  });

  it('are 1 where all agree, and do not exist for a single class or single votes', () => {
    const agreed = [
      [3, 0],
      [0, 5],
      [2, 0],
    ];
    expect([fleissKappa(agreed), krippendorffAlpha(agreed)]).toEqual([1, 1]);
    expect([
      fleissKappa([
        [3, 0],
        [2, 0],
      ]),
      krippendorffAlpha([
        [3, 0],
        [2, 0],
      ]),
    ]).toEqual([null, null]);
    expect([
      fleissKappa([
        [1, 0],
        [0, 1],
      ]),
      krippendorffAlpha([
        [1, 0],
        [0, 1],
      ]),
    ]).toEqual([null, null]);
    expect([fleissKappa([]), krippendorffAlpha([])]).toEqual([null, null]);
  });

  it('are what counting every pair of votes one by one gives', () => {
    const votes = fc.array(fc.nat({ max: 6 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(votes, { minLength: 2, maxLength: 12 }), (table) => {
        const { kappa, alpha } = agreementByPairs(table);
        const close = (value: number | null) => (value === null ? null : expect.closeTo(value, 9));
        expect(fleissKappa(table)).toEqual(close(kappa));
        expect(krippendorffAlpha(table)).toEqual(close(alpha));
      }),
    );
  });
});
