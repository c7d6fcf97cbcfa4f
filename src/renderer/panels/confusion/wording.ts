import { counted, formatPercent } from '../../format.ts';
import { type Matrix, totals } from './normalise.ts';

const SMALLEST = 0.005;

/**
 * A share inside the matrix: no decimals, but what is under half a percent and not nothing says '<1'.
 * Null, the share of an empty row or column, is a dash.
 */
export function cellShare(share: number | null): string {
  if (share === null) return '–';
  if (share > 0 && share < SMALLEST) return '<1';
  return (share * 100).toFixed(0);
}

/** What one cell says aloud: 'Crowd said sadness, model said neutral: 143 faces (18 % of sadness)'. */
export function cellSentence(matrix: Matrix, classes: readonly string[], row: number, column: number): string {
  const faces = matrix[row]?.[column] ?? 0;
  const all = totals(matrix).rows[row] ?? 0;
  const share = all === 0 ? null : faces / all;
  const of = share === null ? '' : ` (${shareText(share)} of ${classes[row]})`;
  return `Crowd said ${classes[row]}, model said ${classes[column]}: ${counted(faces, 'face')}${of}`;
}

const shareText = (share: number): string => (share > 0 && share < SMALLEST ? '<1 %' : formatPercent(share, 0));
