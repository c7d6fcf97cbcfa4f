import { type Facets, type Histogram, type SampleFilter, SPLITS } from '../../shared/entities.ts';
import type { RunColumns, SampleColumns } from './columns.ts';
import type { MeasureColumn } from './view-measures.ts';

const AGREEMENTS = ['right', 'wrong', 'none'] as const;
const BINS = 20;

/** One bit a filter field: a sample's mask holds the bits of the fields that refuse it. */
const BIT = {
  splits: 1,
  labels: 2,
  predicted: 4,
  agreement: 8,
  confidence: 16,
  voteEntropy: 32,
  voteMargin: 64,
  votesTotal: 128,
  text: 256,
  target: 512,
  ids: 1024,
} as const;
/** The bit of the first measure that a view uses; the others follow. */
const FIRST_MEASURE = 11;

export interface ViewColumns {
  readonly samples: SampleColumns;
  readonly run: RunColumns;
  /** 1 for each sample whose key holds the filter's text; null when there is no text. */
  readonly textMatches: Uint8Array | null;
  /** 1 for each sample that the filter names; null when it names none. */
  readonly chosen: Uint8Array | null;
  /** Each sample's target class under the filter's protocol, -1 where it drops it; null when no protocol is asked. */
  readonly target: Int16Array | null;
  readonly measures: readonly MeasureColumn[];
}

/** Writes into `mask`, for every sample, the bits of the filter fields that refuse it; 0 where it passes them all. */
export function refusals(columns: ViewColumns, filter: SampleFilter, mask: Uint32Array): Uint32Array {
  const { samples, run, textMatches, chosen, target, measures } = columns;
  mask.fill(0);
  const splits = filter.splits?.map((split) => SPLITS.indexOf(split));
  refuseOthers(mask, BIT.splits, samples.split, splits);
  refuseOthers(mask, BIT.labels, samples.label, filter.labels);
  refuseOthers(mask, BIT.predicted, run.predicted, filter.predicted);
  const agreement = filter.agreement?.map((value) => AGREEMENTS.indexOf(value));
  refuseOthers(mask, BIT.agreement, run.agreement, agreement);
  refuseOutside(mask, BIT.confidence, run.confidence, filter.confidence);
  refuseOutside(mask, BIT.voteEntropy, samples.voteEntropy, filter.voteEntropy);
  refuseOutside(mask, BIT.voteMargin, samples.voteMargin, filter.voteMargin);
  refuseOutside(mask, BIT.votesTotal, samples.votesTotal, filter.votesTotal);
  if (target !== null) refuseOthers(mask, BIT.target, target, filter.target?.classes);
  measures.forEach(({ values, range }, index) => {
    refuseOutside(mask, bitOfMeasure(index), values, range);
  });
  refuseUnmarked(mask, BIT.text, textMatches);
  refuseUnmarked(mask, BIT.ids, chosen);
  return mask;
}

const bitOfMeasure = (index: number): number => 1 << (FIRST_MEASURE + index);

function refuseOthers(
  mask: Uint32Array,
  bit: number,
  column: Int16Array | Uint8Array,
  wanted?: readonly number[],
): void {
  if (wanted === undefined || wanted.length === 0) return;
  const accepted = new Uint8Array(2048);
  for (const value of wanted) if (value + 1 >= 0 && value + 1 < accepted.length) accepted[value + 1] = 1;
  for (let index = 0; index < mask.length; index += 1) {
    if (accepted[column[index]! + 1] === 0) mask[index]! |= bit;
  }
}

function refuseUnmarked(mask: Uint32Array, bit: number, marks: Uint8Array | null): void {
  if (marks === null) return;
  for (let index = 0; index < mask.length; index += 1) if (marks[index] === 0) mask[index]! |= bit;
}

function refuseOutside(mask: Uint32Array, bit: number, column: Float32Array, range?: readonly [number, number]): void {
  if (range === undefined) return;
  const low = Math.fround(range[0]);
  const high = Math.fround(range[1]);
  for (let index = 0; index < mask.length; index += 1) {
    const value = column[index]!;
    if (!(value >= low && value <= high)) mask[index]! |= bit;
  }
}

/** Live counts of a view: each facet over the samples that every other filter field accepts. */
export function countFacets(columns: ViewColumns, mask: Uint32Array, classCount: number): Facets {
  const { samples, run } = columns;
  const splits = tally(mask, BIT.splits, samples.split, SPLITS.length);
  const agreement = tally(mask, BIT.agreement, run.agreement, AGREEMENTS.length);
  let total = 0;
  for (let index = 0; index < mask.length; index += 1) if (mask[index] === 0) total += 1;
  return {
    total,
    all: samples.length,
    splits: Object.fromEntries(SPLITS.map((split, index) => [split, splits[index]!])) as Facets['splits'],
    labels: tally(mask, BIT.labels, samples.label, classCount),
    predicted: tally(mask, BIT.predicted, run.predicted, classCount),
    agreement: Object.fromEntries(AGREEMENTS.map((name, index) => [name, agreement[index]!])) as Facets['agreement'],
    confidence: histogram(mask, BIT.confidence, run.confidence, 1, BINS),
    voteEntropy: histogram(mask, BIT.voteEntropy, samples.voteEntropy, 1, BINS),
    voteMargin: histogram(mask, BIT.voteMargin, samples.voteMargin, 1, BINS),
    votesTotal: votesHistogram(mask, samples.votesTotal),
    measures: Object.fromEntries(
      columns.measures.map(({ name, values }, index) => [
        name,
        histogram(mask, bitOfMeasure(index), values, roundedUp(greatest(values)), BINS),
      ]),
    ),
  };
}

function tally(mask: Uint32Array, bit: number, column: Int16Array | Uint8Array, size: number): number[] {
  const counts = new Array<number>(size).fill(0);
  for (let index = 0; index < mask.length; index += 1) {
    const value = column[index]!;
    if ((mask[index]! & ~bit) === 0 && value >= 0) counts[value]! += 1;
  }
  return counts;
}

/** The greatest number of a column, at least 0. */
function greatest(column: Float32Array): number {
  let most = 0;
  for (let index = 0; index < column.length; index += 1) if (column[index]! > most) most = column[index]!;
  return most;
}

/** A whole end of an axis for ratios and for numbers above 1, else a tenth. */
const roundedUp = (most: number): number => (most > 0.75 ? Math.ceil(most - 1e-6) : Math.ceil(most * 10 + 1e-6) / 10);

/** Bins closed at their upper end, so that with up to 20 votes each bar is one number of votes. */
function votesHistogram(mask: Uint32Array, column: Float32Array): Histogram {
  const most = Math.max(1, greatest(column));
  const bins = Math.min(most, BINS);
  return histogram(mask, BIT.votesTotal, column, most, bins, (share) => Math.ceil(share * bins) - 1);
}

function histogram(
  mask: Uint32Array,
  bit: number,
  column: Float32Array,
  to: number,
  bins: number,
  binOf = (share: number): number => Math.floor(share * bins),
): Histogram {
  const counts = new Array<number>(bins).fill(0);
  for (let index = 0; index < mask.length; index += 1) {
    const value = column[index]!;
    if ((mask[index]! & ~bit) !== 0 || Number.isNaN(value)) continue;
    counts[Math.max(0, Math.min(bins - 1, binOf(value / to)))]! += 1;
  }
  return { from: 0, to, counts };
}
