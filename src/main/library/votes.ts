/** What is derived from one sample's votes and stored beside them; null where there is no vote. */
export interface DerivedVotes {
  readonly total: number;
  readonly label: number | null;
  readonly entropy: number | null;
  readonly margin: number | null;
}

/**
 * Total, majority class (first wins a tie), vote entropy −Σ p ln p / ln C in [0, 1] and vote margin p₁ − p₂ of vote
 * counts n over C classes, unknown and NF included (DESIGN section 3, measures).
 */
export function deriveVotes(votes: readonly number[]): DerivedVotes {
  let total = 0;
  let label = 0;
  let first = 0;
  let second = 0;
  votes.forEach((count, index) => {
    total += count;
    if (count > first) {
      second = first;
      first = count;
      label = index;
    } else if (count > second) {
      second = count;
    }
  });
  if (total === 0) return { total: 0, label: null, entropy: null, margin: null };
  return { total, label, entropy: normalisedEntropy(votes, total), margin: (first - second) / total };
}

function normalisedEntropy(votes: readonly number[], total: number): number {
  if (votes.length < 2) return 0;
  let entropy = 0;
  for (const count of votes) {
    if (count > 0) entropy -= (count / total) * Math.log(count / total);
  }
  return entropy / Math.log(votes.length);
}

/** Vote counts as little-endian uint16, one a class. Throws RangeError for a count outside [0, 65535]. */
export function encodeVotes(votes: readonly number[]): Buffer {
  const bytes = Buffer.alloc(votes.length * 2);
  votes.forEach((count, index) => {
    bytes.writeUInt16LE(count, index * 2);
  });
  return bytes;
}

/** The vote counts that `encodeVotes` wrote. */
export function decodeVotes(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16LE(index * 2));
}
