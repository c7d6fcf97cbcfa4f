const total = (votes: readonly number[]): number => votes.reduce((sum, count) => sum + count, 0);

/** Vote entropy −Σ p ln p / ln C over all C classes, in [0, 1]: 0 where all agree; null without votes. */
export function voteEntropy(votes: readonly number[]): number | null {
  const all = total(votes);
  if (all === 0) return null;
  if (votes.length < 2) return 0;
  const entropy = votes.reduce((sum, count) => (count > 0 ? sum - (count / all) * Math.log(count / all) : sum), 0);
  return entropy / Math.log(votes.length);
}

/** Vote margin p₁ − p₂, the shares of the two classes with most votes, in [0, 1]: 0 for a tie; null without votes. */
export function voteMargin(votes: readonly number[]): number | null {
  const all = total(votes);
  if (all === 0) return null;
  const [first = 0, second = 0] = votes.toSorted((a, b) => b - a);
  return (first - second) / all;
}
