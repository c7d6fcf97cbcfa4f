import type { MeasureValue } from '../../../shared/entities.ts';

/** What a measure may look at: vote shares p, the model's probabilities q (same classes), and the label y if any. */
export interface MeasureInput {
  readonly voteShares: readonly number[] | null;
  readonly probabilities: readonly number[];
  readonly label: number | null;
}

/** A number about one face's votes alone, over all classes of the dataset; null where it is not defined. */
export interface CrowdMeasure extends Readonly<Omit<MeasureValue, 'value' | 'voice'>> {
  compute(votes: readonly number[]): number | null;
}

/**
 * A number about one face's votes and one run's prediction; null where it is not defined. A `ratio` lies in [0, 1];
 * `voice` says whether the model alone speaks, or the crowd too.
 */
export interface Measure extends Readonly<Omit<MeasureValue, 'value'>> {
  compute(input: MeasureInput): number | null;
}
