/**
 * Fleiss' κ and Krippendorff's α from single votes: each face's votes written out one by one, and every ordered pair of
 * two different ones compared. No formula of the code under test is used.
 */
export function agreementByPairs(table: readonly (readonly number[])[]): {
  readonly kappa: number | null;
  readonly alpha: number | null;
} {
  const frequency = new Map<number, number>();
  let [faces, votes, shareSum, disagreement] = [0, 0, 0, 0];
  for (const counts of table) {
    const ballots = counts.flatMap((count, index) => new Array<number>(count).fill(index));
    if (ballots.length < 2) continue;
    faces += 1;
    votes += ballots.length;
    let [pairs, equal] = [0, 0];
    ballots.forEach((one, first) => {
      frequency.set(one, (frequency.get(one) ?? 0) + 1);
      ballots.forEach((other, second) => {
        if (first === second) return;
        pairs += 1;
        if (one === other) equal += 1;
        else disagreement += 1 / (ballots.length - 1);
      });
    });
    shareSum += equal / pairs;
  }
  if (faces === 0 || frequency.size < 2) return { kappa: null, alpha: null };
  let [byChance, differing] = [0, 0];
  for (const [one, count] of frequency) {
    byChance += (count / votes) * (count / votes);
    for (const [other, others] of frequency) if (one !== other) differing += (count * others) / (votes * (votes - 1));
  }
  return {
    kappa: (shareSum / faces - byChance) / (1 - byChance),
    alpha: 1 - disagreement / votes / differing,
  };
}
