import { SPLITS, type Split } from '../../shared/entities.ts';
import { relabelsOf, withAddedVotes } from './current-labels.ts';
import { datasetClasses } from './datasets.ts';
import type { Library } from './db.ts';
import { probabilitiesOver } from './predictions.ts';
import { getRun } from './runs.ts';
import { decodeVotes, leadingClass } from './votes.ts';

/**
 * A face with all that was said of it, in dataset class order: the crowd's votes with those that annotators added, the
 * label that stands, which is the newest relabel or else the leading class, and a run's probabilities.
 */
export interface JudgedFace {
  readonly id: number;
  readonly split: Split;
  readonly label: number | null;
  readonly votes: readonly number[];
  /** Null without a run, or where the run has not come to the face. */
  readonly probabilities: readonly number[] | null;
}

interface FaceRow {
  readonly id: number;
  readonly split: number;
  readonly votes: Buffer;
  readonly probabilities: Buffer | null;
}

const CHUNK = 1_000;

/** These samples in the order asked for, read one after another; numbers that are no sample are left out. */
export function* judgedFaces(
  library: Library,
  datasetId: number,
  runId: number | null,
  ids: readonly number[],
): Generator<JudgedFace> {
  const classCount = datasetClasses(library, datasetId).length;
  const classIndices = runId === null ? [] : getRun(library, runId).classIndices;
  const relabels = relabelsOf(library, datasetId);
  const read = library.prepare(
    `SELECT s.id, s.split, s.votes, p.probabilities FROM json_each(?) AS wanted CROSS JOIN samples s ON s.id = wanted.value
     LEFT JOIN predictions p INDEXED BY predictions_face ON p.run_id = ? AND p.sample_id = s.id
     WHERE s.dataset_id = ? ORDER BY wanted.key`,
  );
  for (let start = 0; start < ids.length; start += CHUNK) {
    const rows = read.all(JSON.stringify(ids.slice(start, start + CHUNK)), runId, datasetId) as FaceRow[];
    for (const row of rows) {
      const relabel = relabels.get(row.id);
      const votes = withAddedVotes(decodeVotes(row.votes), relabel?.votes ?? null);
      yield {
        id: row.id,
        split: SPLITS[row.split]!,
        label: relabel?.label ?? leadingClass(votes),
        votes,
        probabilities:
          row.probabilities === null ? null : probabilitiesOver(classCount, classIndices, row.probabilities),
      };
    }
  }
}
