import type { Evaluation } from '../../../shared/contract/analysis.ts';
import { type MatrixMode, normalise } from './normalise.ts';

type Field = string | number | null;

/** Rows as tab-separated lines for a spreadsheet; tabs and line breaks inside a field become spaces. */
export function tsv(rows: readonly (readonly Field[])[]): string {
  const field = (value: Field): string => (value === null ? '' : String(value).replace(/[\t\r\n]+/g, ' '));
  return `${rows.map((row) => row.map(field).join('\t')).join('\n')}\n`;
}

/** Where figures came from, as leading rows: no copied table goes without them. */
function provenance(evaluation: Evaluation): readonly (readonly Field[])[] {
  return [
    ['dataset', evaluation.dataset],
    ['votes', evaluation.voteFiles.join(', ')],
    ['split', evaluation.split],
    ['protocol', evaluation.protocol],
    ['model', evaluation.model],
    ['provider', evaluation.provider],
    ['faces', evaluation.support],
    [],
  ];
}

/** The matrix in the mode on screen, shares as numbers in [0, 1]; rows are the crowd's class, columns the model's. */
export function matrixTsv(evaluation: Evaluation, mode: MatrixMode): string {
  const values = normalise(evaluation.confusion, mode);
  const corner = {
    counts: 'crowd \\ model',
    row: 'crowd \\ model, share of row',
    column: 'crowd \\ model, share of column',
  };
  return tsv([
    ...provenance(evaluation),
    [corner[mode], ...evaluation.classes],
    ...values.map((row, r) => [evaluation.classes[r] ?? '', ...row]),
  ]);
}

/** The per-class table, unrounded. */
export function classesTsv(evaluation: Evaluation): string {
  return tsv([
    ...provenance(evaluation),
    ['class', 'support', 'predicted', 'precision', 'recall', 'f1'],
    ...evaluation.perClass.map((row) => [row.name, row.support, row.predicted, row.precision, row.recall, row.f1]),
  ]);
}
