import type { ColumnSort, ViewQuery } from '../../shared/entities.ts';
import { ABSENT, argsort, sortKey } from './argsort.ts';
import { positionOf, type SampleColumns } from './columns.ts';
import type { Library } from './db.ts';
import type { ViewColumns } from './view-filter.ts';

/** Positions by ascending value; those from `present` on have no value and stand last in either direction. */
export interface Order {
  readonly positions: Uint32Array;
  readonly present: number;
}

/** The order of a view by one of its columns. */
export function orderOf(library: Library, columns: ViewColumns, query: ViewQuery): Order {
  if (query.sort === 'key') return orderByKey(library, columns.samples, query.datasetId);
  const value = VALUES[query.sort as Exclude<ColumnSort, 'key'>];
  const values = new Float32Array(columns.samples.length);
  for (let index = 0; index < values.length; index += 1) values[index] = value(columns, index);
  return orderBy(values);
}

/** The order by these values, one a sample; NaN is no value. */
export function orderBy(values: Float32Array): Order {
  const keys = new Uint32Array(values.length);
  let present = 0;
  for (let index = 0; index < keys.length; index += 1) {
    const key = sortKey(values[index]!);
    keys[index] = key;
    if (key !== ABSENT) present += 1;
  }
  return { positions: argsort(keys), present };
}

const absentIfNegative = (value: number): number => (value < 0 ? Number.NaN : value);

const VALUES: Readonly<Record<Exclude<ColumnSort, 'key'>, (columns: ViewColumns, index: number) => number>> = {
  imported: (_, index) => index,
  label: ({ samples }, index) => absentIfNegative(samples.label[index]!),
  predicted: ({ run }, index) => absentIfNegative(run.predicted[index]!),
  confidence: ({ run }, index) => run.confidence[index]!,
  voteEntropy: ({ samples }, index) => samples.voteEntropy[index]!,
  voteMargin: ({ samples }, index) => samples.voteMargin[index]!,
  votesTotal: ({ samples }, index) => samples.votesTotal[index]!,
};

function orderByKey(library: Library, samples: SampleColumns, datasetId: number): Order {
  const ids = library
    .prepare('SELECT id FROM samples INDEXED BY samples_key WHERE dataset_id = ? ORDER BY key')
    .pluck()
    .all(datasetId) as number[];
  const positions = new Uint32Array(samples.length);
  let present = 0;
  for (const id of ids) {
    const position = positionOf(samples, id);
    if (position !== -1) positions[present++] = position;
  }
  return { positions: positions.subarray(0, present), present };
}

/** The positions of an order that no filter refuses; those without a value stand last either way. */
export function accepted(order: Order, mask: Uint32Array, descending: boolean): Uint32Array {
  const { positions, present } = order;
  let size = 0;
  for (let index = 0; index < positions.length; index += 1) if (mask[positions[index]!] === 0) size += 1;
  const kept = new Uint32Array(size);
  let count = 0;
  const take = (index: number): void => {
    const position = positions[index]!;
    if (mask[position] === 0) kept[count++] = position;
  };
  if (descending) for (let index = present - 1; index >= 0; index -= 1) take(index);
  else for (let index = 0; index < present; index += 1) take(index);
  for (let index = present; index < positions.length; index += 1) take(index);
  return kept;
}
