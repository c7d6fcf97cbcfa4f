/** What the crowd, its annotators and the model say of one class; shares and probabilities lie in [0, 1]. */
export interface VoteRow {
  readonly index: number;
  readonly name: string;
  /** As imported. */
  readonly crowd: number;
  /** What annotators added, or with a minus took. */
  readonly added: number;
  /** Both together over all votes of the face. */
  readonly share: number;
  /** The part of `share` that the crowd's own votes hold; the rest was added. */
  readonly crowdShare: number;
  readonly probability: number | null;
  readonly crowdFirst: boolean;
  readonly modelFirst: boolean;
}

export interface VoteSources {
  readonly classes: readonly string[];
  readonly crowd: readonly number[];
  readonly added: readonly number[] | null;
  readonly crowdLabel: number | null;
  readonly probabilities: readonly number[] | null;
  readonly predicted: number | null;
}

/** One row a class, in the dataset's order. Shares are of the votes as they stand with those that annotators added. */
export function voteRowsOf({ classes, crowd, added, crowdLabel, probabilities, predicted }: VoteSources): VoteRow[] {
  const total = totalOf(crowd, added);
  return classes.map((name, index) => {
    const [own, more] = [crowd[index] ?? 0, added?.[index] ?? 0];
    const share = (count: number): number => (total === 0 ? 0 : count / total);
    return {
      index,
      name,
      crowd: own,
      added: more,
      share: share(own + more),
      crowdShare: share(Math.min(own, own + more)),
      probability: probabilities === null ? null : (probabilities[index] ?? 0),
      crowdFirst: crowdLabel === index,
      modelFirst: predicted === index,
    };
  });
}

/** All votes of a face, with those that annotators added. */
export const totalOf = (crowd: readonly number[], added: readonly number[] | null): number =>
  crowd.reduce((sum, count, index) => sum + count + (added?.[index] ?? 0), 0);

/** How many votes a bar that was dragged to `ratio` of the axis stands for, where the axis is `total` votes long. */
export const votesAt = (ratio: number, total: number): number =>
  Math.round(Math.min(1, Math.max(0, ratio)) * Math.max(1, total));

const signed = (count: number): string => (count > 0 ? `+${count}` : `−${Math.abs(count)}`);

/** A row in words, for whoever cannot see it. */
export function rowWords({ name, crowd, added, probability, crowdFirst, modelFirst }: VoteRow): string {
  return [
    `${name}: ${crowd} ${crowd === 1 ? 'vote' : 'votes'}`,
    added === 0 ? '' : `, ${signed(added)} by annotators`,
    probability === null ? '' : `, model ${Math.round(probability * 100)} %`,
    crowdFirst ? ', first with the crowd' : '',
    modelFirst ? ', first with the model' : '',
  ].join('');
}
