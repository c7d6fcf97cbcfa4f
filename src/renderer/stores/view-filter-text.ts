import type { Agreement, SampleFilter, SampleSort, Split } from '../../shared/entities.ts';

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

export const SORT_NAMES: Readonly<Record<SampleSort, string>> = {
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
  text: 'Key contains',
};

/** Fields and orders that mean something only beside a run. */
export const RUN_FIELDS: readonly (keyof SampleFilter)[] = ['predicted', 'agreement', 'confidence'];
export const RUN_SORTS: readonly SampleSort[] = ['predicted', 'confidence'];

const decimals = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));

/** One active filter in words, for the chip that removes it. */
export function filterWords(field: keyof SampleFilter, filter: SampleFilter, classes: readonly string[]): string {
  const value = filter[field];
  if (value === undefined) return '';
  const name = (index: number): string => classes[index] ?? `class ${index}`;
  if (field === 'text') return `“${value}”`;
  if (field === 'splits') return (filter.splits ?? []).map((split) => SPLIT_NAMES[split]).join(', ');
  if (field === 'agreement') return (filter.agreement ?? []).map((one) => AGREEMENT_NAMES[one]).join(', ');
  if (field === 'labels' || field === 'predicted') return (filter[field] ?? []).map(name).join(', ');
  if (field === 'target') return `${(filter.target?.classes ?? []).map(name).join(', ')} by ${filter.target?.protocol}`;
  const [low, high] = filter[field] ?? [0, 0];
  return low === high ? decimals(low) : `${decimals(low)} – ${decimals(high)}`;
}
