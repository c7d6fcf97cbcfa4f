import type { ComputedPrior, PriorVersion, StoredPrior } from '../../shared/contract/priors.ts';
import type { PriorComparison } from '../../shared/priors/compare.ts';
import type { Prior } from '../../shared/priors/prior.ts';
import { sourceInWords } from '../../shared/priors/source-words.ts';
import { count, when } from './terminal/format.ts';
import { pairs, table } from './terminal/table.ts';

const nameOf = ({ name, version }: { readonly name: string; readonly version: number }): string => `${name}@${version}`;

/** The matrix with its classes. */
export const describeRows = ({ classes, rows }: Prior): string => matrix(classes, rows, (value) => value.toFixed(4));

function matrix(
  classes: readonly string[],
  rows: readonly (readonly number[])[],
  cell: (value: number) => string,
): string {
  return table(
    [
      { title: 'CLASS', cell: ({ name }) => name },
      ...classes.map((name, index) => ({
        title: name.slice(0, 9).toUpperCase(),
        align: 'right' as const,
        cell: ({ row }: { readonly name: string; readonly row: readonly number[] }) => cell(row[index]!),
      })),
    ],
    rows.map((row, index) => ({ name: classes[index]!, row })),
    'It has no classes.',
  );
}

/** A computed prior: the faces behind each row, the matrix, and how far it is from what is published. */
export function describeComputed({ prior, source, byClass, dropped, published }: ComputedPrior): string {
  const facts = pairs([
    ['from', sourceInWords(source)],
    ['faces', byClass.map((entry) => `${entry.name} ${count(entry.count)}`).join(', ')],
    ['dropped', count(dropped)],
    ...(published === null ? [] : [['published', largestInWords(published)] as const]),
  ]);
  return `${facts}\n\n${describeRows(prior)}`;
}

const largestInWords = ({ largest: { row, column, from, to, difference } }: PriorComparison): string =>
  `differs by ${Math.abs(difference).toFixed(4)} at most (row ${row}, column ${column}: ${from.toFixed(4)} → ${to.toFixed(4)})`;

/** One version with all that is known of it. */
export function describePrior(version: PriorVersion): string {
  const facts = pairs([
    ['prior', nameOf(version)],
    ['from', sourceInWords(version.source)],
    ['made of', version.parent === null ? '–' : nameOf(version.parent)],
    ['by', `${version.author === '' ? '–' : version.author}, ${when(version.createdAt)}`],
    ['note', version.note === '' ? '–' : version.note],
  ]);
  return `${facts}\n\n${describeRows(version)}`;
}

export const describePriors = (priors: readonly StoredPrior[]): string =>
  table(
    [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'VERSIONS', align: 'right', cell: ({ versions }) => count(versions) },
      { title: 'CLASSES', align: 'right', cell: ({ latest }) => count(latest.classes.length) },
      { title: 'FROM', cell: ({ latest }) => sourceInWords(latest.source) },
      { title: 'BY', cell: ({ latest }) => latest.author },
      { title: 'CHANGED', cell: ({ latest }) => when(latest.createdAt) },
    ],
    priors,
    'There are no priors. Make one with: prior compute --dataset NAME --save NAME',
  );

export const describeHistory = (versions: readonly PriorVersion[]): string =>
  table(
    [
      { title: 'VERSION', align: 'right', cell: ({ version }) => String(version) },
      { title: 'MADE OF', cell: ({ parent }) => (parent === null ? '–' : nameOf(parent)) },
      { title: 'FROM', cell: ({ source }) => sourceInWords(source) },
      { title: 'BY', cell: ({ author }) => author },
      { title: 'WHEN', cell: ({ createdAt }) => when(createdAt) },
      { title: 'NOTE', cell: ({ note }) => note },
    ],
    versions,
    'It has no versions.',
  );

/** The differences, and the cell that differs most. */
export function describeComparison(found: {
  readonly from: PriorVersion;
  readonly to: PriorVersion;
  readonly comparison: PriorComparison;
}): string {
  const { comparison } = found;
  const facts = pairs([
    ['priors', `${nameOf(found.from)} → ${nameOf(found.to)}`],
    ['cells', `${count(comparison.changed)} differ`],
    ['largest', largestInWords(comparison)],
    ['total variation', `${comparison.totalVariation.toFixed(4)} a row, on average`],
  ]);
  return `${facts}\n\n${matrix(comparison.classes, comparison.differences, signed)}`;
}

const signed = (value: number): string => (value === 0 ? '·' : `${value > 0 ? '+' : '−'}${Math.abs(value).toFixed(4)}`);
