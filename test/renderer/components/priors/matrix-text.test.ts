import { describe, expect, it } from 'vitest';
import { matrixOf, matrixText } from '../../../../src/renderer/components/priors/matrix-text.ts';
import { UsageError } from '../../../../src/shared/errors.ts';

const CLASSES = ['a', 'b'];
const PRIOR = {
  classes: CLASSES,
  rows: [
    [0.75, 0.25],
    [0.4, 0.6],
  ],
};

describe('a prior on the clipboard', () => {
  it('comes back as it was copied', () => {
    expect(matrixOf(matrixText(PRIOR), CLASSES)).toEqual(PRIOR);
  });

  it.each([
    ['bare numbers', '0.75\t0.25\n0.4\t0.6\n'],
    ['lines of Windows', '0.75\t0.25\r\n0.4\t0.6\r\n'],
    ['classes as first column only', 'b\t0.4\t0.6\na\t0.75\t0.25'],
    ['classes as first row only', 'b\ta\n0.6\t0.4\n0.25\t0.75'],
    ['classes around it in another order', '\tb\ta\nb\t0.6\t0.4\na\t0.25\t0.75'],
    ['decimal commas between tabs', '0,75\t0,25\n0,4\t0,6'],
    ['decimal commas between semicolons', '0,75;0,25\n0,4;0,6'],
    ['commas between cells', '0.75,0.25\n0.4,0.6'],
  ])('is taken as %s', (_, text) => {
    expect(matrixOf(text, CLASSES)).toEqual(PRIOR);
  });

  it.each([
    ['a cell that is no number', '0.75\tmuch\n0.4\t0.6', 'a, b'],
    ['an empty cell', '0.75\t\n0.4\t0.6', 'a, b'],
    ['a negative cell', '0.75\t0.25\n-0.4\t1.4', 'b, a'],
    ['a row that does not sum to one', '0.75\t0.25\n0.4\t0.5', 'b'],
    ['a row of another length', '0.75\t0.25\n0.4\t0.3\t0.3', 'b'],
    ['too few rows', '0.75\t0.25', 'rows'],
    ['a class that is unknown', '\ta\tz\na\t0.75\t0.25\nz\t0.4\t0.6', 'z'],
    ['a class that is missing', '\ta\tb\na\t0.75\t0.25\na\t0.4\t0.6', 'b'],
  ])('is refused for %s, which is named', (_, text, field) => {
    const taken = () => matrixOf(text, CLASSES);
    expect(taken).toThrow(UsageError);
    expect(taken).toThrow(expect.objectContaining({ detail: expect.objectContaining({ field }) }));
  });
});
