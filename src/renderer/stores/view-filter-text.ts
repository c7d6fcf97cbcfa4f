import type { Agreement, ColumnSort, SampleFilter, SampleSort, Split } from '../../shared/entities.ts';
import { counted } from '../format.ts';
import { measureOfSort } from './measure-sort.ts';

export const SPLIT_NAMES: Readonly<Record<Split, string>> = {
  train: 'train',
  valid: 'valid',
  test: 'test',
  none: 'no split',
};

export const AGREEMENT_NAMES: Readonly<Record<Agreement, string>> = {
  right: 'right',
  wrong: 'wrong',
  none: 'not comparable',
};

export const SORT_NAMES: Readonly<Record<ColumnSort, string>> = {
  imported: 'As imported',
  key: 'Key',
  label: 'Crowd’s label',
  predicted: 'Model’s label',
  confidence: 'Confidence',
  voteEntropy: 'Vote entropy',
  voteMargin: 'Vote margin',
  votesTotal: 'Votes',
};

export const FIELD_NAMES: Readonly<Record<keyof SampleFilter, string>> = {
  splits: 'Split',
  labels: 'Crowd’s label',
  predicted: 'Model’s label',
  agreement: 'Model is',
  confidence: 'Confidence',
  voteEntropy: 'Vote entropy',
  voteMargin: 'Vote margin',
  votesTotal: 'Votes',
  target: 'Target',
  measures: 'Measures',
  text: 'Key contains',
  ids: 'Chosen',
};

/** Fields and orders that mean something only beside a run. */
export const RUN_FIELDS: readonly (keyof SampleFilter)[] = ['predicted', 'agreement', 'confidence', 'measures'];
const RUN_SORTS: readonly SampleSort[] = ['predicted', 'confidence'];
export const needsRun = (sort: SampleSort): boolean => RUN_SORTS.includes(sort) || measureOfSort(sort) !== null;

const decimals = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));

/** One active filter in words, for the chip that removes it. */
export function filterWords(
  field: keyof SampleFilter,
  filter: SampleFilter,
  classes: readonly string[],
  measureLabel = (measure: string): string => measure,
): string {
  const value = filter[field];
  if (value === undefined) return '';
  const name = (index: number): string => classes[index] ?? `class ${index}`;
  if (field === 'text') return `“${value}”`;
  if (field === 'splits') return (filter.splits ?? []).map((split) => SPLIT_NAMES[split]).join(', ');
  if (field === 'agreement') return (filter.agreement ?? []).map((one) => AGREEMENT_NAMES[one]).join(', ');
  if (field === 'labels' || field === 'predicted') return (filter[field] ?? []).map(name).join(', ');
  if (field === 'target') return `${(filter.target?.classes ?? []).map(name).join(', ')} by ${filter.target?.protocol}`;
  if (field === 'ids') return counted(filter.ids?.length ?? 0, 'face');
  if (field === 'measures') {
    return Object.entries(filter.measures ?? {})
      .map(([measure, range]) => `${measureLabel(measure)} ${rangeWords(range)}`)
      .join(', ');
  }
  return rangeWords(filter[field] ?? [0, 0]);
}

function rangeWords([low, high]: readonly [number, number]): string {
  return low === high ? decimals(low) : `${decimals(low)} – ${decimals(high)}`;
}
