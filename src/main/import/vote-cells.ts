const LARGEST_COUNT = 65_535;

/** Vote counts of text cells, or null unless there are `count` of them, all whole numbers from 0 to 65535. */
export function parseVotes(cells: readonly (string | undefined)[], count: number): number[] | null {
  if (cells.length !== count) return null;
  const votes: number[] = [];
  for (const cell of cells) {
    const text = cell?.trim() ?? '';
    if (!/^\d{1,5}$/.test(text) || Number(text) > LARGEST_COUNT) return null;
    votes.push(Number(text));
  }
  return votes;
}

/** One vote for one of `count` classes. */
export function singleVote(index: number, count: number): number[] {
  return Array.from({ length: count }, (_, each) => (each === index ? 1 : 0));
}

/** The class with most votes, the first of equals, or null without any vote. */
export function topVote(votes: readonly number[]): number | null {
  const most = Math.max(...votes);
  return most > 0 ? votes.indexOf(most) : null;
}
