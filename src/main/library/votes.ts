import { voteEntropy, voteMargin } from '../../shared/vote-spread.ts';

/** What is derived from one sample's votes and stored beside them; null where there is no vote. */
export interface DerivedVotes {
  readonly total: number;
  readonly label: number | null;
  readonly entropy: number | null;
  readonly margin: number | null;
}

/** The class with most votes, the first of equals; null where there is no vote. */
export function leadingClass(votes: readonly number[]): number | null {
  let best = 0;
  for (let index = 1; index < votes.length; index += 1) if (votes[index]! > votes[best]!) best = index;
  return votes.length > 0 && votes[best]! > 0 ? best : null;
}

/**
 * Total, majority class (first wins a tie), vote entropy and vote margin of vote counts over C classes, unknown and NF
 * included (DESIGN section 3, measures).
 */
export function deriveVotes(votes: readonly number[]): DerivedVotes {
  const total = votes.reduce((sum, count) => sum + count, 0);
  if (total === 0) return { total: 0, label: null, entropy: null, margin: null };
  return { total, label: leadingClass(votes), entropy: voteEntropy(votes), margin: voteMargin(votes) };
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
  const votes: number[] = [];
  for (let at = 0; at < bytes.length; at += 2) votes.push(bytes[at]! | (bytes[at + 1]! << 8));
  return votes;
}
