import { voteEntropy, voteMargin } from '../../shared/vote-spread.ts';

/** What is derived from one sample's votes and stored beside them; null where there is no vote. */
export interface DerivedVotes {
  readonly total: number;
  readonly label: number | null;
  readonly entropy: number | null;
  readonly margin: number | null;
}

/**
 * Total, majority class (first wins a tie), vote entropy and vote margin of vote counts over C classes, unknown and NF
 * included (DESIGN section 3, measures).
 */
export function deriveVotes(votes: readonly number[]): DerivedVotes {
  const total = votes.reduce((sum, count) => sum + count, 0);
  if (total === 0) return { total: 0, label: null, entropy: null, margin: null };
  const label = votes.indexOf(Math.max(...votes));
  return { total, label, entropy: voteEntropy(votes), margin: voteMargin(votes) };
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
