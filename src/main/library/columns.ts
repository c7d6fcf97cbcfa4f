import type { Library } from './db.ts';
import { decodeVotes } from './votes.ts';

/** The derived columns of one dataset, one entry a sample by ascending id; -1 or NaN where there is no value. */
export interface SampleColumns {
  readonly length: number;
  readonly ids: Int32Array;
  readonly split: Uint8Array;
  readonly label: Int16Array;
  readonly votesTotal: Float32Array;
  readonly voteEntropy: Float32Array;
  readonly voteMargin: Float32Array;
}

/** One run's columns beside a dataset's; `agreement` is 0 right, 1 wrong, 2 not comparable. */
export interface RunColumns {
  readonly predicted: Int16Array;
  readonly confidence: Float32Array;
  readonly agreement: Uint8Array;
}

const CHUNK = 2_000;
type SampleRow = readonly [number, number, number | null, number, number | null, number | null];
type PredictionRow = readonly [number, number, number, number];

/** A run seen for the first time is read whole, from its covering index; the last column is where to go on. */
const BY_SAMPLE = `SELECT sample_id, predicted, confidence, sample_id FROM predictions INDEXED BY predictions_view
  WHERE run_id = ? AND sample_id > ? ORDER BY sample_id LIMIT ${CHUNK}`;
const BY_ARRIVAL = `SELECT sample_id, predicted, confidence, id FROM predictions NOT INDEXED
  WHERE run_id = ? AND id > ? ORDER BY id LIMIT ${CHUNK}`;

/** Reads a dataset's derived columns from their covering index, in chunks so that memory stays flat. */
export function loadSampleColumns(library: Library, datasetId: number): SampleColumns {
  const length = library.prepare('SELECT count(*) FROM samples WHERE dataset_id = ?').pluck().get(datasetId) as number;
  const columns = {
    length,
    ids: new Int32Array(length),
    split: new Uint8Array(length),
    label: new Int16Array(length),
    votesTotal: new Float32Array(length),
    voteEntropy: new Float32Array(length),
    voteMargin: new Float32Array(length),
  };
  const read = library
    .prepare(
      `SELECT id, split, label, votes_total, vote_entropy, vote_margin FROM samples INDEXED BY samples_view
       WHERE dataset_id = ? AND id > ? ORDER BY id LIMIT ${CHUNK}`,
    )
    .raw();
  let at = 0;
  while (at < length) {
    const rows = read.all(datasetId, at === 0 ? 0 : columns.ids[at - 1]) as SampleRow[];
    if (rows.length === 0) break;
    for (const [id, split, label, total, entropy, margin] of rows) {
      if (at === length) break;
      columns.ids[at] = id;
      columns.split[at] = split;
      columns.label[at] = label ?? -1;
      columns.votesTotal[at] = total;
      columns.voteEntropy[at] = entropy ?? Number.NaN;
      columns.voteMargin[at] = margin ?? Number.NaN;
      at += 1;
    }
  }
  return columns;
}

/** Empty run columns for a dataset, to be filled by `readPredictions`. */
export function emptyRunColumns(length: number): RunColumns {
  return {
    predicted: new Int16Array(length).fill(-1),
    confidence: new Float32Array(length).fill(Number.NaN),
    agreement: new Uint8Array(length).fill(2),
  };
}

/** A run being looked at: `comparable` holds the dataset classes its model can predict at all. */
export interface FollowedRun {
  readonly id: number;
  readonly comparable: ReadonlySet<number>;
}

/**
 * Adds the predictions entered after `afterId` (0 for all) to a run's columns and returns the newest prediction's id,
 * so that a run in progress is followed without reading it again.
 */
export function readPredictions(
  library: Library,
  run: FollowedRun,
  samples: SampleColumns,
  columns: RunColumns,
  afterId: number,
): number {
  const newest = (library.prepare('SELECT max(id) FROM predictions').pluck().get() as number | null) ?? 0;
  if (newest === afterId) return newest;
  const put = ([sampleId, predicted, confidence]: PredictionRow): void => {
    const at = positionOf(samples, sampleId);
    if (at === -1) return;
    columns.predicted[at] = predicted;
    columns.confidence[at] = confidence;
    const label = samples.label[at]!;
    if (label !== -1 && run.comparable.has(label)) columns.agreement[at] = label === predicted ? 0 : 1;
  };
  const statement = afterId === 0 ? BY_SAMPLE : BY_ARRIVAL;
  const read = library.prepare(statement).raw();
  let last = afterId;
  for (;;) {
    const rows = read.all(run.id, last) as PredictionRow[];
    for (const row of rows) put(row);
    if (rows.length < CHUNK) return newest;
    last = rows.at(-1)![3];
  }
}

/** Each sample's target class, -1 where `targetOf` drops it, worked out from its votes. */
export function loadTargets(
  library: Library,
  datasetId: number,
  samples: SampleColumns,
  targetOf: (votes: readonly number[]) => number | null,
): Int16Array {
  const targets = new Int16Array(samples.length).fill(-1);
  const read = library
    .prepare(`SELECT id, votes FROM samples WHERE dataset_id = ? AND id > ? ORDER BY id LIMIT ${CHUNK}`)
    .raw();
  for (let at = 0; at < samples.length; ) {
    const rows = read.all(datasetId, at === 0 ? 0 : samples.ids[at - 1]) as [number, Buffer][];
    if (rows.length === 0) break;
    for (const [, votes] of rows) if (at < targets.length) targets[at++] = targetOf(decodeVotes(votes)) ?? -1;
  }
  return targets;
}

/** Where a sample stands in the columns, or -1. */
export function positionOf(samples: SampleColumns, id: number): number {
  let low = 0;
  let high = samples.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = samples.ids[middle]!;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
