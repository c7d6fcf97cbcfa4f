/** What a measure may look at: vote shares p, the model's probabilities q (same classes), and the label y if any. */
export interface MeasureInput {
  readonly voteShares: readonly number[] | null;
  readonly probabilities: readonly number[];
  readonly label: number | null;
}

/** A number about one face's votes and one run's prediction; null where it is not defined. */
export interface Measure<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  readonly explanation: string;
  compute(input: MeasureInput): number | null;
}
