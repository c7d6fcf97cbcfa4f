import type { ClassInfo } from '../../shared/class-sets.ts';
import type { Prediction } from '../../shared/entities.ts';
import { hardness } from './measures/hardness.ts';
import { klFromVotes } from './measures/kl-from-votes.ts';
import type { MeasureInput } from './measures/measure.ts';
import { normalisedMargin } from './measures/normalised-margin.ts';
import { selfConfidence } from './measures/self-confidence.ts';

/**
 * The measures the inspector shows of one prediction. Votes for non-emotions are left out before votes are compared
 * with probabilities; a label that is no emotion has no self-confidence and no margin.
 */
export function predictionMeasures(
  classes: readonly ClassInfo[],
  votes: readonly number[],
  label: number | null,
  probabilities: readonly number[],
): Prediction['measures'] {
  const emotionVotes = votes.map((count, index) => (classes[index]?.emotion === true ? count : 0));
  const total = emotionVotes.reduce((sum, count) => sum + count, 0);
  const input: MeasureInput = {
    voteShares: total === 0 ? null : emotionVotes.map((count) => count / total),
    probabilities,
    label: label !== null && classes[label]?.emotion === true ? label : null,
  };
  return {
    selfConfidence: selfConfidence.compute(input),
    normalisedMargin: normalisedMargin.compute(input),
    hardness: hardness.compute(input) ?? 0,
    klFromVotes: klFromVotes.compute(input),
  };
}
