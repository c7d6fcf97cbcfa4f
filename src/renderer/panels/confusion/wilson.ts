/** The normal quantile of a two-sided 95 % interval. */
const Z = 1.959963984540054;

/**
 * Wilson score interval at 95 % for `successes` of `trials` (Wilson, 1927), as shares in [0, 1].
 * Null where there were no trials.
 */
export function wilson(successes: number, trials: number): readonly [number, number] | null {
  if (trials <= 0) return null;
  const share = successes / trials;
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (Z / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
