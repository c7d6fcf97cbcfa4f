import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeView,
  encodeView,
  FILTER_FIELDS,
  TILE_SIZES,
  tidyFilter,
} from '../../../src/renderer/stores/view-codec.ts';
import {
  agreementSchema,
  SAMPLE_SORTS,
  type SampleFilter,
  SPLITS,
  sampleFilterSchema,
  sampleSortSchema,
  viewQuerySchema,
} from '../../../src/shared/entities.ts';

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0 || 0);
const range = fc.tuple(number, number).map(([a, b]): [number, number] => (a <= b ? [a, b] : [b, a]));
const classes = fc.uniqueArray(fc.nat(999), { minLength: 1, maxLength: 12 });
const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const filter = fc.record(
  {
    splits: fc.uniqueArray(fc.constantFrom(...SPLITS), { minLength: 1 }),
    labels: classes,
    predicted: classes,
    agreement: fc.uniqueArray(fc.constantFrom(...agreementSchema.options), { minLength: 1 }),
    target: fc.record({ protocol: fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/), classes }),
    confidence: range,
    voteEntropy: range,
    voteMargin: range,
    votesTotal: range,
    measures: fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z0-9]{0,39}$/), range, {
      minKeys: 1,
      noNullPrototype: true,
    }),
    ids: fc.uniqueArray(id, { minLength: 1, maxLength: 50 }),
    text: fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }),
  },
  { requiredKeys: [] },
);
const view = fc.record({
  datasetId: id,
  runId: fc.option(id),
  filter,
  sort: fc.constantFrom(...SAMPLE_SORTS, 'measure.mistakenness' as const),
  descending: fc.boolean(),
  tile: fc.option(fc.constantFrom(...TILE_SIZES)),
  faceId: fc.option(id),
});

describe('an address of Browse', () => {
  it('gives back exactly the view it was made from', () => {
    fc.assert(
      fc.property(view, (stated) => {
        expect(decodeView(encodeView(stated))).toEqual({ view: stated, ignored: [] });
      }),
    );
  });

  it('survives being written as a query string', () => {
    fc.assert(
      fc.property(view, (stated) => {
        const wellFormed = { ...stated, filter: { ...stated.filter, text: stated.filter.text?.toWellFormed() } };
        const query = new URLSearchParams(encodeView(wellFormed)).toString();
        expect(decodeView(Object.fromEntries(new URLSearchParams(query))).view).toEqual({
          ...wellFormed,
          filter: tidyFilter(wellFormed.filter),
        });
      }),
    );
  });

  it('never lets anything through that the contract would refuse, whatever it says', () => {
    const names = fc.constantFrom('dataset', 'run', 'sort', 'order', 'tile', 'face', 'other', ...FILTER_FIELDS);
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '',
        '0',
        '-1',
        '1e3',
        '0.5~0.2',
        'NaN~1',
        '~',
        '1,,2',
        'hardness~0~1,mistakenness~0.5~1',
        'measure.hardness',
        'majority~0',
        'none',
        'train,train',
        '99999999999999999999',
      ),
      fc.constantFrom(null, undefined, ['1', '2']),
      fc.stringMatching(/^-?[0-9.]{1,6}~-?[0-9.]{1,6}$/),
    );
    fc.assert(
      fc.property(fc.dictionary(names, value), (query) => {
        const { view: stated, ignored } = decodeView(query);
        expect(sampleFilterSchema.strict().safeParse(stated.filter).success).toBe(true);
        expect(sampleSortSchema.safeParse(stated.sort).success).toBe(true);
        const asked = { ...stated, datasetId: stated.datasetId ?? 1, runId: stated.runId ?? null };
        expect(viewQuerySchema.safeParse(asked).success).toBe(true);
        expect(decodeView(encodeView(asked)).ignored).toEqual([]);
        for (const name of ignored) expect(Object.keys(query)).toContain(name);
      }),
    );
  });

  it('leaves out what narrows nothing', () => {
    const empty: SampleFilter = { labels: [], text: '', splits: undefined };
    const asked = { datasetId: 3, runId: null, filter: empty, sort: 'imported', descending: false } as const;
    expect(encodeView(asked)).toEqual({ dataset: '3', run: 'none' });
  });

  it('writes a confusion cell as one link', () => {
    const target = { protocol: 'cross-entropy', classes: [4] };
    const cell: SampleFilter = { splits: ['valid'], target, predicted: [0] };
    expect(encodeView({ datasetId: 1, runId: 2, filter: cell, sort: 'imported', descending: false })).toEqual({
      dataset: '1',
      run: '2',
      splits: 'valid',
      target: 'cross-entropy~4',
      predicted: '0',
    });
  });

  it('tells “no run” from an address that does not say', () => {
    expect(decodeView({ run: 'none' }).view.runId).toBeNull();
    expect(decodeView({}).view.runId).toBeUndefined();
  });

  it.each([
    ['labels', '0,x'],
    ['labels', '1000'],
    ['confidence', '0.9~0.1'],
    ['confidence', '0~Infinity'],
    ['confidence', '0.1'],
    ['splits', 'training'],
    ['agreement', ''],
    ['target', 'majority'],
    ['target', 'majority~'],
    ['target', 'Majority~1'],
    ['measures', 'hardness~1'],
    ['measures', 'Hard ness~0~1'],
    ['measures', 'hardness~1~0'],
    ['sort', 'measure.'],
    ['sort', 'measure.a b'],
    ['ids', '1,0'],
    ['target', 'majority~1~2'],
    ['text', 'x'.repeat(201)],
    ['sort', 'random'],
    ['tile', '50'],
    ['face', '0'],
    ['dataset', '1.5'],
    ['colour', 'red'],
  ])('names %s=%s as ignored and keeps the rest', (name, text) => {
    const { view: stated, ignored } = decodeView({ [name]: text, voteMargin: '0.25~0.5' });
    expect(ignored).toEqual([name]);
    expect(stated.filter).toEqual({ voteMargin: [0.25, 0.5] });
  });
});
