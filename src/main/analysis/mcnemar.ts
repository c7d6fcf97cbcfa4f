/**
 * McNemar's test of two classifiers on the same faces, exact and two-sided: of n = fixed + broken faces that only one
 * of them has right, the number on one side is binomial(n, ½) if they are equally good, so
 * p = min(1, 2·Σ_{i ≤ min(fixed, broken)} C(n, i)/2ⁿ) (McNemar 1947; the exact form: Edwards 1948). 1 where n is 0.
 */
export function mcNemarExact(fixed: number, broken: number): number {
  const n = fixed + broken;
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let i = 0; i <= Math.min(fixed, broken); i += 1) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((n - i) / (i + 1));
  }
  return Math.min(1, 2 * tail);
}
