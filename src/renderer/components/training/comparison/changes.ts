import type { Change, Comparison } from '../../../../shared/contract/comparisons.ts';

/** Whether a figure got better or worse, and how far it moved; `none` where it did not move or cannot be said. */
export interface Move {
  readonly direction: 'up' | 'down' | 'none';
  readonly verdict: 'better' | 'worse' | 'same';
  /** Percentage points without a sign. */
  readonly points: number;
}

const LEAST_POINTS = 0.05;

/** The move of a ratio; one of less than 0.05 points, which no screen shows, is none. */
export function moveOf(before: number | null, after: number | null, better: 'higher' | 'lower'): Move {
  const points = before === null || after === null ? 0 : (after - before) * 100;
  if (Math.abs(points) < LEAST_POINTS) return { direction: 'none', verdict: 'same', points: 0 };
  const direction = points > 0 ? 'up' : 'down';
  const isBetter = (direction === 'up') === (better === 'higher');
  return { direction, verdict: isBetter ? 'better' : 'worse', points: Math.abs(points) };
}

/** "up 2.4 points, better"; "no change". */
export const moveWords = ({ direction, verdict, points }: Move): string =>
  direction === 'none' ? 'no change' : `${direction} ${points.toFixed(1)} points, ${verdict}`;

export const CHANGE_TABS: readonly { readonly value: Change; readonly label: string; readonly about: string }[] = [
  { value: 'fixed', label: 'Fixed', about: 'Wrong before, right after' },
  { value: 'broken', label: 'Broken', about: 'Right before, wrong after' },
  { value: 'changed', label: 'Changed', about: 'Wrong both times, but another class' },
];

/** What McNemar's p says, in words that claim no more than it does. */
export function chanceWords({ p, counts }: Pick<Comparison, 'p' | 'counts'>): string {
  const text = p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
  if (counts.fixed === counts.broken) return `As many fixed as broken (${text}).`;
  const more = counts.fixed > counts.broken ? 'More fixed than broken' : 'More broken than fixed';
  return p < 0.05 ? `${more}, hardly by chance (${text}).` : `${more}, but that may be chance (${text}).`;
}
