import type { ClassInfo } from '../../shared/class-sets.ts';
import type { MeasureValue } from '../../shared/entities.ts';
import { MEASURES } from './measures/index.ts';
import type { MeasureInput } from './measures/measure.ts';

/**
 * What measures look at. Votes for non-emotions are left out before votes are compared with probabilities; a label that
 * is no emotion has no self-confidence and no margin.
 */
export function measureInput(
  classes: readonly ClassInfo[],
  votes: readonly number[],
  label: number | null,
  probabilities: readonly number[],
): MeasureInput {
  const emotionVotes = votes.map((count, index) => (classes[index]?.emotion === true ? count : 0));
  const total = emotionVotes.reduce((sum, count) => sum + count, 0);
  return {
    voteShares: total === 0 ? null : emotionVotes.map((count) => count / total),
    probabilities,
    label: label !== null && classes[label]?.emotion === true ? label : null,
  };
}

/** Every measure of one prediction, in the registry's order. */
export function predictionMeasures(
  classes: readonly ClassInfo[],
  votes: readonly number[],
  label: number | null,
  probabilities: readonly number[],
): MeasureValue[] {
  const input = measureInput(classes, votes, label, probabilities);
  return MEASURES.map(({ compute, ...about }) => ({ ...about, value: compute(input) }));
}
