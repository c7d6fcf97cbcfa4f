import { argmax, type Consensus, type ConsensusInput, sum } from './method.ts';

/** Each face's most frequent class (the first of equals), its share of the votes as the quality; null without votes. */
export function byShares(tallies: readonly (readonly number[])[]): Consensus['faces'] {
  return tallies.map((tally) => {
    const total = sum(tally);
    if (total === 0) return null;
    const probabilities = tally.map((count) => count / total);
    const label = argmax(tally);
    return { label, quality: probabilities[label]!, probabilities };
  });
}

/** Each annotator's share of answers that agree with the consensus, null of one who gave none. */
export function agreementWith(
  faces: Consensus['faces'],
  { answers, annotatorCount }: Pick<ConsensusInput, 'answers' | 'annotatorCount'>,
): (number | null)[] {
  const given = new Array<number>(annotatorCount).fill(0);
  const agreed = new Array<number>(annotatorCount).fill(0);
  for (const { face, annotator, label } of answers) {
    const consensus = faces[face];
    if (consensus == null) continue;
    given[annotator]! += 1;
    if (consensus.label === label) agreed[annotator]! += 1;
  }
  return given.map((count, annotator) => (count === 0 ? null : agreed[annotator]! / count));
}
