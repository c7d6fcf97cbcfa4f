import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateRun, targetClassOf } from '../../src/main/analysis/evaluate.ts';
import { PROTOCOLS } from '../../src/main/analysis/protocols/index.ts';
import type { Library } from '../../src/main/library/db.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { createViews } from '../../src/main/library/views.ts';
import { SAMPLE_SORTS, type SampleFilter, SPLITS, type ViewQuery } from '../../src/shared/entities.ts';
import { addFaces, addRun, peaked } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const FACES = 300;
const LAST = 1_000_000;

function populated() {
  const library = tempLibrary();
  const faces = Array.from({ length: FACES }, (_, index) => ({
    key: `fer${String((index * 7919) % 1000).padStart(4, '0')}-${index}.png`,
    split: SPLITS[index % 3]!,
    votes: Array.from({ length: 10 }, (_unused, column) => {
      const noise = ((index + 3) * (column + 2)) % 7;
      const agreed = index % 2 === 1 && column === index % 10 ? 60 : 0;
      return index % 11 === 0 ? 0 : noise + agreed;
    }),
  }));
  const datasetId = addFaces(library, faces);
  const run = addRun(library, datasetId, { splits: SPLITS });
  const outcomes = Array.from({ length: FACES }, (_, index) => index).filter((index) => index % 5 !== 0);
  commitPredictions(
    library,
    run,
    outcomes.map((index) => ({
      sampleId: index + 1,
      probabilities: peaked(8, index % 8, 0.2 + ((index * 37) % 80) / 100),
      embedding: null,
    })),
    1,
  );
  return { library, datasetId, run };
}

interface Row {
  readonly id: number;
  readonly key: string;
  readonly split: number;
  readonly label: number | null;
  readonly votes_total: number;
  readonly vote_entropy: number | null;
  readonly vote_margin: number | null;
  readonly predicted: number | null;
  readonly confidence: number | null;
}

/** What the view should hold, worked out by plain SQL and array methods. */
function expectedRows(library: Library, runId: number | null): Row[] {
  return library.sqlite
    .prepare(
      `SELECT s.*, p.predicted, p.confidence FROM samples s
       LEFT JOIN predictions p ON p.run_id = ? AND p.sample_id = s.id ORDER BY s.id`,
    )
    .all(runId) as Row[];
}

const inside = (value: number | null, range: readonly number[] | undefined): boolean =>
  range === undefined ||
  (value !== null && Math.fround(value) >= Math.fround(range[0]!) && Math.fround(value) <= Math.fround(range[1]!));

function agreementOf(row: Row): string {
  if (row.predicted === null || row.label === null || row.label > 7) return 'none';
  return row.label === row.predicted ? 'right' : 'wrong';
}

function passes(row: Row, filter: SampleFilter): boolean {
  return (
    (filter.splits === undefined || filter.splits.includes(SPLITS[row.split]!)) &&
    (filter.labels === undefined || (row.label !== null && filter.labels.includes(row.label))) &&
    (filter.predicted === undefined || (row.predicted !== null && filter.predicted.includes(row.predicted))) &&
    (filter.agreement === undefined || filter.agreement.some((value) => value === agreementOf(row))) &&
    inside(row.confidence, filter.confidence) &&
    inside(row.vote_entropy, filter.voteEntropy) &&
    inside(row.vote_margin, filter.voteMargin) &&
    inside(row.votes_total, filter.votesTotal) &&
    (filter.ids === undefined || filter.ids.includes(row.id)) &&
    (filter.text === undefined || row.key.toLowerCase().includes(filter.text.toLowerCase()))
  );
}

const COLUMN = {
  imported: 'id',
  key: 'key',
  label: 'label',
  predicted: 'predicted',
  confidence: 'confidence',
  voteEntropy: 'vote_entropy',
  voteMargin: 'vote_margin',
  votesTotal: 'votes_total',
} as const;

const range = (most: number) =>
  fc.tuple(fc.double({ min: 0, max: most, noNaN: true }), fc.double({ min: 0, max: most, noNaN: true }));
const ordered = (most: number) => range(most).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
const classes = fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 4 });
const filters: fc.Arbitrary<SampleFilter> = fc.record(
  {
    splits: fc.uniqueArray(fc.constantFrom(...SPLITS), { minLength: 1 }),
    labels: classes,
    predicted: classes,
    agreement: fc.uniqueArray(fc.constantFrom('right' as const, 'wrong' as const, 'none' as const), { minLength: 1 }),
    confidence: ordered(1),
    voteEntropy: ordered(1),
    voteMargin: ordered(1),
    votesTotal: ordered(90),
    ids: fc.uniqueArray(fc.integer({ min: 1, max: FACES + 5 }), { minLength: 0, maxLength: 200 }),
    text: fc.constantFrom('fer', 'FER0', '-1', 'zzz'),
  },
  { requiredKeys: [] },
);

describe('a view of a dataset', () => {
  it('holds exactly the samples that every filter accepts, in the order asked for, values missing last', () => {
    const { library, datasetId, run } = populated();
    const views = createViews(library, targetClassOf);
    const rows = expectedRows(library, run.id);
    fc.assert(
      fc.property(filters, fc.constantFrom(...SAMPLE_SORTS), fc.boolean(), (filter, sort, descending) => {
        const query: ViewQuery = { datasetId, runId: run.id, filter, sort, descending };
        const page = views.page(query, 0, LAST);
        const wanted = rows.filter((row) => passes(row, filter));
        expect(new Set(page.tiles.map((tile) => tile.id))).toEqual(new Set(wanted.map((row) => row.id)));
        expect(page.total).toBe(wanted.length);
        const byId = new Map(rows.map((row) => [row.id, row[COLUMN[sort]]]));
        const values = page.tiles.map((tile) => byId.get(tile.id) ?? null);
        const present = values.filter((value) => value !== null);
        expect(values.slice(0, present.length)).toEqual(present);
        for (let index = 1; index < present.length; index += 1) {
          const [before, after] = descending
            ? [present[index]!, present[index - 1]!]
            : [present[index - 1]!, present[index]!];
          expect(before <= after).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('counts each facet over what the other filters accept', () => {
    const { library, datasetId, run } = populated();
    const views = createViews(library, targetClassOf);
    const rows = expectedRows(library, run.id);
    fc.assert(
      fc.property(filters, (filter) => {
        const facets = views.facets({ datasetId, runId: run.id, filter, sort: 'imported', descending: false });
        const without = (name: keyof SampleFilter): Row[] => {
          const { [name]: _left, ...rest } = filter;
          return rows.filter((row) => passes(row, rest));
        };
        expect(facets.total).toBe(rows.filter((row) => passes(row, filter)).length);
        expect(facets.labels).toEqual(
          Array.from({ length: 10 }, (_, label) => without('labels').filter((row) => row.label === label).length),
        );
        expect(facets.agreement.wrong).toBe(without('agreement').filter((row) => agreementOf(row) === 'wrong').length);
        expect(facets.splits.valid).toBe(without('splits').filter((row) => row.split === 1).length);
        const confident = without('confidence').filter((row) => row.confidence !== null).length;
        expect(facets.confidence.counts.reduce((total, count) => total + count, 0)).toBe(confident);
      }),
      { numRuns: 100 },
    );
  });

  it('gives each number of votes a bar of its own', () => {
    const library = tempLibrary();
    const totals = [10, 10, 9, 8, 1];
    const faces = totals.map((total, index) => ({ key: `${index}`, votes: [total, 0, 0, 0, 0, 0, 0, 0, 0, 0] }));
    const datasetId = addFaces(library, faces);
    const views = createViews(library, targetClassOf);
    const query: ViewQuery = { datasetId, runId: null, filter: {}, sort: 'imported', descending: false };
    expect(views.facets(query).votesTotal).toEqual({ from: 0, to: 10, counts: [1, 0, 0, 0, 0, 0, 0, 1, 1, 2] });
  });

  it('locates a sample where its page shows it, and nowhere when the filter leaves it out', () => {
    const { library, datasetId, run } = populated();
    const views = createViews(library, targetClassOf);
    const query: ViewQuery = {
      datasetId,
      runId: run.id,
      filter: { agreement: ['wrong'] },
      sort: 'confidence',
      descending: true,
    };
    const { tiles } = views.page(query, 0, LAST);
    tiles.forEach((tile, index) => {
      expect(views.locate(query, tile.id)).toBe(index);
    });
    const left = expectedRows(library, run.id).find((row) => agreementOf(row) === 'right')!;
    expect(views.locate(query, left.id)).toBeNull();
  });

  it('pages without overlap or gap', () => {
    const { library, datasetId } = populated();
    const views = createViews(library, targetClassOf);
    const query: ViewQuery = { datasetId, runId: null, filter: {}, sort: 'voteEntropy', descending: true };
    const whole = views.page(query, 0, LAST).tiles.map((tile) => tile.id);
    const pieces = [0, 70, 140, 210, 280].flatMap((offset) =>
      views.page(query, offset, 70).tiles.map((tile) => tile.id),
    );
    expect(pieces).toEqual(whole);
  });

  it('follows a run in progress and samples that are added while it is looked at', () => {
    const { library, datasetId, run } = populated();
    const views = createViews(library, targetClassOf);
    const query: ViewQuery = {
      datasetId,
      runId: run.id,
      filter: { agreement: ['none'] },
      sort: 'imported',
      descending: false,
    };
    const before = views.page(query, 0, LAST).total;
    const label = library.prepare('SELECT label FROM samples WHERE id = 6').pluck().get() as number;
    commitPredictions(library, run, [{ sampleId: 6, probabilities: peaked(8, label % 8, 0.9), embedding: null }], 1);
    expect(views.page(query, 0, LAST).total).toBe(before - 1);

    const other = addFaces(library, [{ key: 'other.png', votes: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] }], 'other');
    expect(views.page({ ...query, datasetId: other, runId: null, filter: {} }, 0, LAST).total).toBe(1);
    expect(views.page(query, 0, LAST).total).toBe(before - 1);
  });

  it.each(PROTOCOLS.map((protocol) => protocol.name))(
    'holds exactly the faces of each confusion cell under %s',
    (protocol) => {
      const { library, datasetId, run } = populated();
      const views = createViews(library, targetClassOf);
      const { confusion, classIndices, support } = evaluateRun(library, { runId: run.id, split: 'valid', protocol });
      expect(support).toBeGreaterThan(5);
      confusion.forEach((row, target) => {
        row.forEach((count, predicted) => {
          const filter: SampleFilter = {
            splits: ['valid'],
            target: { protocol, classes: [classIndices[target]!] },
            predicted: [classIndices[predicted]!],
          };
          const query: ViewQuery = { datasetId, runId: run.id, filter, sort: 'imported', descending: false };
          expect(views.page(query, 0, LAST).total).toBe(count);
        });
      });
    },
  );
});
