import { SPLITS, type Split } from '../../shared/entities.ts';
import type { Library } from './db.ts';
import { decodeVotes } from './votes.ts';

/** One sample's votes in dataset class order, and their entropy from 0 to 1, null without votes. */
export interface VoteRow {
  readonly id: number;
  readonly votes: readonly number[];
  readonly entropy: number | null;
}

/** The votes of every sample in some splits of a dataset, by ascending number. */
export function votesIn(library: Library, datasetId: number, splits: readonly Split[]): VoteRow[] {
  const rows = library
    .prepare(
      `SELECT id, votes, vote_entropy AS entropy FROM samples
       WHERE dataset_id = ? AND split IN (SELECT value FROM json_each(?)) ORDER BY id`,
    )
    .all(datasetId, JSON.stringify(splits.map((split) => SPLITS.indexOf(split)))) as {
    id: number;
    votes: Buffer;
    entropy: number | null;
  }[];
  return rows.map(({ id, votes, entropy }) => ({ id, votes: decodeVotes(votes), entropy }));
}
