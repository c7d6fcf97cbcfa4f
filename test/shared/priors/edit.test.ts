import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/shared/errors.ts';
import {
  blended,
  cellLimits,
  type Locks,
  lockAt,
  NO_LOCKS,
  setCell,
  symmetrised,
  withRow,
  withRows,
  withTemperature,
} from '../../../src/shared/priors/edit.ts';
import { identityRows, type Prior, rowNormalised, uniformRows } from '../../../src/shared/priors/prior.ts';

const CLASSES = ['a', 'b', 'c', 'd'];
const prior: fc.Arbitrary<Prior> = fc
  .array(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 })
  .map((counts) => ({ classes: CLASSES, rows: rowNormalised(counts) }));
const locks: fc.Arbitrary<Locks> = fc
  .uniqueArray(fc.integer({ min: 0, max: 15 }), { maxLength: 10 })
  .map((at) => new Set(at));
const cell = fc.integer({ min: 0, max: 3 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Whether a prior is one still, and its locked cells are as they were. */
function expectSound(after: Prior, before: Prior, held: Locks): void {
  after.rows.forEach((row, index) => {
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
    row.forEach((value, column) => {
      expect(value).toBeGreaterThanOrEqual(0);
      if (held.has(lockAt(index, column, 4))) expect(value).toBe(before.rows[index]![column]);
    });
  });
}

describe('an edited prior', () => {
  it('sums to one in every row, is nowhere negative and keeps its locked cells, whatever is done to all of it', () => {
    fc.assert(
      fc.property(
        prior,
        prior,
        locks,
        share,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (given, other, held, part, t) => {
          expectSound(symmetrised(given, held), given, held);
          expectSound(withTemperature(given, t, held), given, held);
          expectSound(blended(given, other.rows, part, held), given, held);
          expectSound(withRow(given, 2, other.rows, held), given, held);
          expectSound(withRows(given, other.rows, held), given, held);
        },
      ),
    );
  });

  it('has the value that a cell was set to, where the locked cells leave room, and else names the cell', () => {
    fc.assert(
      fc.property(prior, locks, cell, cell, share, (given, held, row, column, value) => {
        const { least, most } = cellLimits(given.rows, row, column, held);
        const set = (): Prior => setCell(given, row, column, value, held);
        if (held.has(lockAt(row, column, 4)) || value < least - 1e-12 || value > most + 1e-12) {
          expect(set).toThrow(
            expect.objectContaining({
              detail: expect.objectContaining({ field: `${CLASSES[row]}, ${CLASSES[column]}` }),
            }),
          );
          return;
        }
        const after = set();
        expect(after.rows[row]![column]).toBeCloseTo(value, 9);
        expectSound(after, given, held);
        expect(after.rows.filter((_, index) => index !== row)).toEqual(given.rows.filter((_, index) => index !== row));
      }),
    );
  });

  const even: Prior = {
    classes: ['a', 'b', 'c'],
    rows: [
      [0.5, 0.3, 0.2],
      [0.1, 0.8, 0.1],
      [0, 0, 1],
    ],
  };

  it('keeps the proportions of the rest of a row', () => {
    expect(setCell(even, 0, 0, 0.75, NO_LOCKS).rows[0]).toEqual([0.75, expect.closeTo(0.15), expect.closeTo(0.1)]);
  });

  it('spreads what is left evenly where the rest of a row was nothing', () => {
    expect(setCell(even, 2, 2, 0.6, NO_LOCKS).rows[2]).toEqual([expect.closeTo(0.2), expect.closeTo(0.2), 0.6]);
  });

  it.each([Number.NaN, -0.1, 1.1])('refuses %d', (value) => {
    expect(() => setCell(even, 0, 0, value, NO_LOCKS)).toThrow(UsageError);
  });

  it('is itself at temperature 1, one-hot near 0 and flat far above', () => {
    expect(withTemperature(even, 1, NO_LOCKS)).toEqual(even);
    expect(withTemperature(even, 0.02, NO_LOCKS).rows[0]![0]).toBeCloseTo(1, 9);
    expect(withTemperature(even, 1e6, NO_LOCKS).rows[0]![2]).toBeCloseTo(1 / 3, 4);
  });

  it('is the other at a share of one', () => {
    expect(blended(even, uniformRows(3), 1, NO_LOCKS).rows[1]![1]).toBeCloseTo(1 / 3, 12);
    expect(blended(even, identityRows(3), 0.5, NO_LOCKS).rows[0]).toEqual([0.75, 0.15, 0.1]);
  });

  it('is another, digit for digit, in every row without a locked cell', () => {
    const other = [
      [0.1, 0.2, 0.7000001],
      [0.3, 0.3, 0.4],
      [0.2, 0.2, 0.6],
    ];
    const { rows } = withRows(even, other, new Set([lockAt(1, 1, 3)]));
    expect([rows[0], rows[2]]).toEqual([other[0], other[2]]);
    expect(rows[1]).toEqual([expect.closeTo((0.3 / 0.7) * 0.2), 0.8, expect.closeTo((0.4 / 0.7) * 0.2)]);
  });

  it('symmetrised gives both sides of a confusion the same weight before its rows are scaled', () => {
    const { rows } = symmetrised(even, NO_LOCKS);
    expect(rows[0]).toEqual([expect.closeTo(0.5 / 0.8), expect.closeTo(0.2 / 0.8), expect.closeTo(0.1 / 0.8)]);
  });
});
