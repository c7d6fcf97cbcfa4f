import { type SampleDetail, type SampleTile, SPLITS, type Split } from '../../shared/entities.ts';
import { NotFoundError } from '../../shared/errors.ts';
import { datasetClasses } from './datasets.ts';
import type { Library } from './db.ts';
import { type NewImage, putImage } from './images.ts';
import { predictionOf, type StoredPrediction } from './predictions.ts';
import { decodeVotes, deriveVotes, encodeVotes } from './votes.ts';

/** One face to enter: `votes` in dataset class order, `voteFileId` and `voteRow` say where they were read. */
export interface NewSample {
  readonly key: string;
  readonly split: Split;
  readonly image: NewImage;
  readonly imageFile: string;
  readonly votes: readonly number[];
  readonly voteFileId: number;
  readonly voteRow: number;
}

/** Enters samples in one transaction; a key the dataset already has is left as it is. Returns how many were new. */
export function insertSamples(library: Library, datasetId: number, batch: readonly NewSample[]): number {
  const insert = library.prepare(
    `INSERT OR IGNORE INTO samples (dataset_id, key, split, image_id, image_file, votes, vote_file_id, vote_row,
       votes_total, label, vote_entropy, vote_margin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return library.transaction(() => {
    let inserted = 0;
    for (const sample of batch) {
      const derived = deriveVotes(sample.votes);
      inserted += insert.run(
        datasetId,
        sample.key,
        SPLITS.indexOf(sample.split),
        putImage(library, sample.image),
        sample.imageFile,
        encodeVotes(sample.votes),
        sample.voteFileId,
        sample.voteRow,
        derived.total,
        derived.label,
        derived.entropy,
        derived.margin,
      ).changes;
    }
    return inserted;
  });
}

/** The keys a dataset already holds, so that importing the same thing twice can skip reading its pixels. */
export function sampleKeys(library: Library, datasetId: number): Set<string> {
  return new Set(library.prepare('SELECT key FROM samples WHERE dataset_id = ?').pluck().all(datasetId) as string[]);
}

interface TileRow {
  readonly id: number;
  readonly key: string;
  readonly split: number;
  readonly label: number | null;
  readonly votes: Buffer;
  readonly predicted: number | null;
  readonly confidence: number | null;
}

/** The tiles of these samples in the order asked for, with the run's top class beside each. */
export function tilesOf(library: Library, ids: readonly number[], runId: number | null): SampleTile[] {
  const rows = library
    .prepare(
      `SELECT s.id, s.key, s.split, s.label, s.votes, p.predicted, p.confidence
       FROM json_each(?) AS wanted CROSS JOIN samples s ON s.id = wanted.value
       LEFT JOIN predictions p INDEXED BY predictions_view ON p.run_id = ? AND p.sample_id = s.id
       ORDER BY wanted.key`,
    )
    .all(JSON.stringify(ids), runId) as TileRow[];
  return rows.map((row) => ({ ...row, split: SPLITS[row.split]!, votes: decodeVotes(row.votes) }));
}

interface DetailRow {
  readonly id: number;
  readonly dataset_id: number;
  readonly key: string;
  readonly split: number;
  readonly image_id: number;
  readonly image_file: string;
  readonly votes: Buffer;
  readonly vote_row: number;
  readonly votes_total: number;
  readonly label: number | null;
  readonly vote_entropy: number | null;
  readonly vote_margin: number | null;
  readonly width: number;
  readonly height: number;
  readonly content_hash: Buffer;
  readonly media_type: string;
  readonly byte_size: number;
  readonly stored_file: string | null;
  readonly votes_file: string;
  readonly imported_at: number;
}

/** A face with the run's stored word on it; measures of the prediction are the analysis room's. */
export type SampleRecord = Omit<SampleDetail, 'prediction'> & { readonly prediction: StoredPrediction | null };

/** All that is stored of one face, with a run's prediction if `runId` is given. Throws NotFoundError. */
export function getSample(library: Library, id: number, runId: number | null): SampleRecord {
  const row = library
    .prepare(
      `SELECT s.*, i.width, i.height, i.content_hash, i.media_type, i.byte_size, i.file AS stored_file,
         f.file AS votes_file, f.imported_at
       FROM samples s JOIN images i ON i.id = s.image_id JOIN vote_files f ON f.id = s.vote_file_id WHERE s.id = ?`,
    )
    .get(id) as DetailRow | undefined;
  if (row === undefined) throw new NotFoundError(`There is no face with the number ${id}.`);
  const votes = decodeVotes(row.votes);
  return {
    id: row.id,
    datasetId: row.dataset_id,
    key: row.key,
    split: SPLITS[row.split]!,
    width: row.width,
    height: row.height,
    contentHash: row.content_hash.toString('hex'),
    image: {
      storedInside: row.stored_file === null,
      mediaType: row.media_type,
      bytes: row.byte_size,
      file: row.image_file,
    },
    votes,
    votesTotal: row.votes_total,
    label: row.label,
    voteEntropy: row.vote_entropy,
    voteMargin: row.vote_margin,
    source: { votesFile: row.votes_file, row: row.vote_row, importedAt: row.imported_at },
    samePixels: samePixels(library, row),
    prediction: storedPrediction(library, row, runId),
  };
}

function samePixels(library: Library, row: DetailRow): SampleDetail['samePixels'] {
  const others = library
    .prepare(
      'SELECT id, key, split FROM samples WHERE image_id = ? AND dataset_id = ? AND id <> ? ORDER BY id LIMIT 50',
    )
    .all(row.image_id, row.dataset_id, row.id) as { id: number; key: string; split: number }[];
  return others.map((other) => ({ ...other, split: SPLITS[other.split]! }));
}

function storedPrediction(library: Library, row: DetailRow, runId: number | null): StoredPrediction | null {
  if (runId === null) return null;
  return predictionOf(library, runId, row.id, datasetClasses(library, row.dataset_id).length);
}
