/** The outcome for one face: its target distribution over the emotion classes, which sums to 1, or null if dropped. */
export type Target = readonly number[] | null;

/**
 * Decides which faces count and what their targets are. `votes` has one count a class; `emotion[c]` is false for the
 * classes that are no emotions (unknown, NF). A target has one entry for each class, zero for non-emotions.
 */
export interface Protocol<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  readonly explanation: string;
  target(votes: readonly number[], emotion: readonly boolean[]): Target;
}

/** FERPlus's outlier rule: a class with a single vote counts as having none (Barsoum et al., 2016). */
export function withoutSingleVotes(votes: readonly number[]): readonly number[] {
  return votes.map((count) => (count <= 1 ? 0 : count));
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * The last step of every FERPlus protocol: a face is kept iff the argmax of what was kept (first wins a tie) is an
 * emotion; non-emotions are then zeroed and the rest renormalised.
 */
export function finish(kept: readonly number[], emotion: readonly boolean[]): Target {
  const top = Math.max(...kept);
  if (top <= 0 || emotion[kept.indexOf(top)] !== true) return null;
  const emotions = kept.map((value, index) => (emotion[index] === true ? value : 0));
  const total = sum(emotions);
  return emotions.map((value) => value / total);
}
