import { describe, expect, it } from 'vitest';
import { FERPLUS_EMOTIONS } from '../../../src/shared/class-sets.ts';
import { ClassMappingError, UsageError } from '../../../src/shared/errors.ts';
import { comparePriors } from '../../../src/shared/priors/compare.ts';
import { PRIOR_PRESETS, presetPrior } from '../../../src/shared/priors/presets.ts';
import { checkPrior, mapPrior, rowNormalised } from '../../../src/shared/priors/prior.ts';
import { storedRef, storedSetting } from '../../../src/shared/priors/stored.ts';

const ABC = ['a', 'b', 'c'];
const prior = (...rows: number[][]) => ({ classes: ABC, rows });
const good = prior([0.8, 0.1, 0.1], [0.2, 0.8, 0], [0, 0.5, 0.5]);

describe('what is refused as a prior, with the cell named', () => {
  it.each([
    ['a negative cell', prior([1.1, -0.1, 0], [0, 1, 0], [0, 0, 1]), 'a, b'],
    ['no number', prior([1, 0, 0], [0, Number.NaN, 1], [0, 0, 1]), 'b, b'],
    ['a row that does not sum to one', prior([1, 0, 0], [0, 1, 0], [0, 0.4, 0.5]), 'c'],
    ['a row too short', prior([1, 0, 0], [0, 1], [0, 0, 1]), 'b'],
    ['a row too few', prior([1, 0, 0], [0, 1, 0]), 'rows'],
    ['a class twice', { ...good, classes: ['a', 'b', 'a'] }, 'a'],
    ['no classes', { classes: [], rows: [] }, 'classes'],
  ])('%s', (_, bad, field) => {
    expect(() => checkPrior(bad)).toThrow(UsageError);
    expect(() => checkPrior(bad)).toThrow(expect.objectContaining({ detail: expect.objectContaining({ field }) }));
  });

  it('not a good one, nor one of six printed digits', () => {
    expect(() => checkPrior(good)).not.toThrow();
    expect(() => checkPrior(presetPrior('ferplus-published', FERPLUS_EMOTIONS, 0))).not.toThrow();
  });
});

describe('presets', () => {
  it.each(PRIOR_PRESETS.map((preset) => [preset.name, preset] as const))('%s has rows that sum to one', (_, preset) => {
    const { classes, rows } = preset.make(FERPLUS_EMOTIONS, 0.1);
    expect(classes).toEqual(FERPLUS_EMOTIONS);
    for (const row of rows) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it('uniform spreads its share over all classes, the own among them', () => {
    const [row] = presetPrior('uniform', ABC, 0.3).rows;
    [0.8, 0.1, 0.1].forEach((value, index) => {
      expect(row![index]).toBeCloseTo(value, 12);
    });
    expect(presetPrior('uniform', ABC, 0)).toEqual(presetPrior('one-hot', ABC, 0));
  });

  it('the published one follows the order it is asked for, and refuses other classes', () => {
    const turned = presetPrior('ferplus-published', FERPLUS_EMOTIONS.toReversed(), 0);
    expect(turned.rows[0]![0]).toBe(0.678099);
    expect(turned.rows[7]![6]).toBe(0.03261);
    expect(() => presetPrior('ferplus-published', ABC, 0)).toThrow(ClassMappingError);
    expect(() => presetPrior('nothing', ABC, 0)).toThrow(/no preset “nothing”/);
  });
});

describe('two priors beside each other', () => {
  it('are mapped by name, with the cell that differs most and the mean total variation of a row', () => {
    const from = prior([1, 0, 0], [0, 1, 0], [0, 0, 1]);
    const to = mapPrior(good, ['c', 'a', 'b']);
    const found = comparePriors(from, to);
    expect(found.largest).toEqual({ row: 'c', column: 'b', from: 0, to: 0.5, difference: 0.5 });
    expect(found.totalVariation).toBeCloseTo((0.2 + 0.2 + 0.5) / 3, 12);
    expect(found.changed).toBe(7);
    expect(found.differences[1]).toEqual([0.2, 0.8 - 1, 0]);
  });

  it('that are equal differ by nothing', () => {
    expect(comparePriors(good, good)).toMatchObject({ changed: 0, totalVariation: 0, largest: { difference: 0 } });
  });
});

it('a confusion matrix becomes a prior row by row; a class that never came is itself', () => {
  expect(
    rowNormalised([
      [3, 1],
      [0, 0],
    ]),
  ).toEqual([
    [0.75, 0.25],
    [0, 1],
  ]);
});

it('a setting names a prior of the library with its version or without', () => {
  expect(storedRef('stored:mine')).toEqual({ name: 'mine', version: null, digest: null });
  expect(storedRef('stored:my prior@12')).toEqual({ name: 'my prior', version: 12, digest: null });
  expect(storedRef('stored:mine@2#0a1b')).toEqual({ name: 'mine', version: 2, digest: '0a1b' });
  expect(['computed', 'identity', '/a/stored.json', 'stored:'].map(storedRef)).toEqual([null, null, null, null]);
  expect(storedSetting({ name: 'mine', version: 3, digest: null })).toBe('stored:mine@3');
  expect(storedSetting({ name: 'mine', version: 3, digest: 'ab' })).toBe('stored:mine@3#ab');
});
