const FEWEST = 3;
const LOOKED_AT = 30;
const PAUSE = 120_000;

/**
 * Seconds that `remaining` faces will take at the pace of the last ones: the median of the times between them, of
 * which breaks of more than two minutes are left out. Null until three are known. `moments` are ms, ascending.
 */
export function secondsLeft(moments: readonly number[], remaining: number): number | null {
  const recent = moments.slice(-LOOKED_AT - 1);
  const gaps = recent
    .slice(1)
    .map((moment, index) => moment - recent[index]!)
    .filter((gap) => gap <= PAUSE)
    .sort((a, b) => a - b);
  if (gaps.length < FEWEST) return null;
  const middle = gaps.length >> 1;
  const median = gaps.length % 2 === 1 ? gaps[middle]! : (gaps[middle - 1]! + gaps[middle]!) / 2;
  return (median * remaining) / 1000;
}
