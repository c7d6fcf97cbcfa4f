import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPriorText, writePriorText } from '../../src/main/import/prior-files.ts';
import { ImportError, UsageError } from '../../src/shared/errors.ts';
import { rowNormalised } from '../../src/shared/priors/prior.ts';

const names = fc.uniqueArray(
  fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name === name.trim()),
  {
    minLength: 1,
    maxLength: 6,
  },
);
const priors = names.chain((classes) =>
  fc
    .array(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: classes.length, maxLength: classes.length }), {
      minLength: classes.length,
      maxLength: classes.length,
    })
    .map((counts) => ({ classes, rows: rowNormalised(counts) })),
);

describe('a prior as a file', () => {
  it.each(['json', 'csv'] as const)('comes back from %s with the same numbers and names', (format) => {
    fc.assert(
      fc.property(priors, (prior) => {
        expect(readPriorText(writePriorText(prior, format), 'file')).toEqual(prior);
      }),
    );
  });

  it('as CSV may have its rows in any order, spaces and a byte order mark', () => {
    const { classes, rows } = readPriorText('\uFEFFclass, a, b\r\n\r\nb, 0.5, 0.5\r\na, 1, 0\r\n', 'file');
    expect({ classes, rows }).toEqual({
      classes: ['a', 'b'],
      rows: [
        [1, 0],
        [0.5, 0.5],
      ],
    });
  });

  it('has no cell that a spreadsheet executes', () => {
    const text = writePriorText({ classes: ['=1+1'], rows: [[1]] }, 'csv');
    expect(text).not.toMatch(/(^|,)=/m);
    expect(readPriorText(text, 'file').classes).toEqual(['=1+1']);
  });

  it.each([
    ['a cell that is no number', 'class,a,b\na,1,0\nb,x,1', ImportError, { line: 3, field: 'b, a' }],
    ['a cell that is empty', 'class,a,b\na,1,\nb,0,1', ImportError, { line: 2, field: 'a, b' }],
    ['a row of no class', 'class,a,b\na,1,0\nc,0,1', ImportError, { line: 3, names: ['a', 'b'] }],
    ['a row twice', 'class,a,b\na,1,0\na,1,0', ImportError, { line: 3 }],
    ['a row that is missing', 'class,a,b\na,1,0', ImportError, { names: ['b'] }],
    ['nothing at all', '', ImportError, { file: 'file' }],
    ['a negative cell', 'class,a,b\na,1.5,-0.5\nb,0,1', UsageError, { field: 'a, b' }],
    ['a row of too few cells', 'class,a,b\na,1\nb,0,1', UsageError, { field: 'a' }],
    ['broken JSON', '{', ImportError, { file: 'file' }],
    ['JSON of something else', '{"classes": ["a"]}', ImportError, { field: 'rows' }],
  ])('is refused for %s', (_, text, kind, detail) => {
    const read = (): unknown => readPriorText(text, 'file');
    expect(read).toThrow(kind);
    expect(read).toThrow(expect.objectContaining({ detail: expect.objectContaining(detail) }));
  });
});
