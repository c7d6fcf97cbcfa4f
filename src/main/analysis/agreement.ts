/** Votes of each face, one count a class; faces may have had different numbers of voters. */
export type VoteTable = readonly (readonly number[])[];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The faces on which voters can agree at all: those with two votes or more. */
export const pairable = (table: VoteTable): VoteTable => table.filter((votes) => sum(votes) >= 2);

/**
 * The mean, over faces, of the share of voter pairs that agree: P̄ = mean of (Σ n_k² − n) / (n (n − 1)) (Fleiss, 1971).
 * In [0, 1]; null where no face has two votes.
 */
export function meanPairAgreement(table: VoteTable): number | null {
  const faces = pairable(table);
  if (faces.length === 0) return null;
  const agreements = faces.map((votes) => {
    const total = sum(votes);
    return (sum(votes.map((count) => count * count)) - total) / (total * (total - 1));
  });
  return sum(agreements) / faces.length;
}

/**
 * Fleiss' κ = (P̄ − P_e) / (1 − P_e), P_e = Σ p_k² over all votes (Fleiss, 1971), with P̄ per face so that faces may have
 * different numbers of voters. At most 1, 0 at chance; null where no face has two votes or all votes are for one class.
 */
export function fleissKappa(table: VoteTable): number | null {
  const observed = meanPairAgreement(table);
  if (observed === null) return null;
  const totals = classTotals(pairable(table));
  const all = sum(totals);
  const expected = sum(totals.map((count) => (count / all) ** 2));
  return expected === 1 ? null : (observed - expected) / (1 - expected);
}

/**
 * Krippendorff's α for nominal data, 1 − D_o / D_e from the coincidence matrix (Krippendorff, 2011). At most 1, 0 at
 * chance; null where no face has two votes or all votes are for one class.
 */
export function krippendorffAlpha(table: VoteTable): number | null {
  const coincidences = coincidenceMatrix(table);
  const totals = coincidences.map(sum);
  const all = sum(totals);
  if (all === 0) return null;
  const observed = all - sum(coincidences.map((row, index) => row[index]!));
  const expected = (all * all - sum(totals.map((count) => count * count))) / (all - 1);
  return expected === 0 ? null : 1 - observed / expected;
}

/** o_ck = Σ over faces of the ordered pairs of votes for c and k, each face's divided by n − 1; symmetric, sums to all votes. */
export function coincidenceMatrix(table: VoteTable): number[][] {
  const size = table[0]?.length ?? 0;
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const votes of pairable(table)) {
    const others = sum(votes) - 1;
    for (let c = 0; c < size; c += 1) {
      if (votes[c] === 0) continue;
      for (let k = 0; k < size; k += 1) matrix[c]![k]! += (votes[c]! * (votes[k]! - (c === k ? 1 : 0))) / others;
    }
  }
  return matrix;
}

/** The same votes as for or against one class. */
export const oneAgainstRest = (table: VoteTable, index: number): VoteTable =>
  table.map((votes) => [votes[index]!, sum(votes) - votes[index]!]);

export function classTotals(table: VoteTable): number[] {
  const totals = new Array<number>(table[0]?.length ?? 0).fill(0);
  for (const votes of table) for (const [index, count] of votes.entries()) totals[index]! += count;
  return totals;
}
