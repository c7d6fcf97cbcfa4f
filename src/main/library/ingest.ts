import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportReport, ImportSource } from '../../shared/contract/imports.ts';
import type { JobProgress } from '../../shared/entities.ts';
import { CancelledError, CountenanceError, ImportError, LibraryError } from '../../shared/errors.ts';
import { countUnreadable } from '../import/entry-skip.ts';
import type { SourceRow } from '../import/importer.ts';
import { openSource, type ReadySource, refuseUnmapped } from '../import/open-source.ts';
import type { Tally } from '../import/tally.ts';
import { getDataset } from './datasets.ts';
import type { Library } from './db.ts';
import { type IngestTarget, ingestTarget, type ReadyFace } from './ingest-target.ts';
import { countSamePixels } from './same-pixels.ts';
import { toStoredImage } from './stored-image.ts';

const BATCH = 500;
/** Enough to keep the disk and the decoder's threads busy without holding many large images at once. */
const IMAGES_AT_ONCE = 16;
/** In pages of 4 KB. A checkpoint waits for the disk; one after each batch would take a third of the import. */
const CHECKPOINT_PAGES = 16_000;
const USUAL_CHECKPOINT_PAGES = 1000;

export interface IngestOptions {
  readonly signal?: AbortSignal;
  /** Called after each batch. */
  readonly onProgress?: (progress: JobProgress) => void;
}

/**
 * Imports a source into the dataset `name`, 500 faces a transaction; the first one makes the dataset. Faces whose key
 * the dataset has are not read again, so that a second call goes on where a stopped one was. Throws CancelledError
 * after the batch in which `signal` aborted, ClassMappingError or ConflictError before anything is written, and
 * ImportError if the source cannot be read or holds no face at all.
 */
export async function ingest(
  library: Library,
  source: ImportSource & { readonly name: string },
  options: IngestOptions = {},
): Promise<ImportReport> {
  const started = performance.now();
  const ready = await openSource(source);
  const tally = ready.newTally();
  const work: Work = { library, ready, tally, started, options, imported: 0, alreadyPresent: 0 };
  try {
    refuseUnmapped(ready);
    const target = ingestTarget(library, { name: source.name, kind: ready.importer.name, classes: ready.classes });
    library.sqlite.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    await readAll(work, target);
    if (target.datasetId === null) throw nothingImported(ready, tally);
    return report(work, target.datasetId);
  } catch (error) {
    throw withKept(error, work);
  } finally {
    library.sqlite.pragma(`wal_autocheckpoint = ${USUAL_CHECKPOINT_PAGES}`);
    await ready.close();
  }
}

interface Work {
  readonly library: Library;
  readonly ready: ReadySource;
  readonly tally: Tally;
  readonly started: number;
  readonly options: IngestOptions;
  imported: number;
  alreadyPresent: number;
}

async function readAll(work: Work, target: IngestTarget): Promise<void> {
  let batch: SourceRow[] = [];
  stopIfAsked(work);
  for await (const row of work.ready.rows(work.tally)) {
    if (target.keys.has(row.key)) {
      work.alreadyPresent += 1;
      continue;
    }
    batch.push(row);
    if (batch.length < BATCH) continue;
    await enter(work, target, batch);
    batch = [];
  }
  if (batch.length > 0) await enter(work, target, batch);
}

async function enter(work: Work, target: IngestTarget, batch: readonly SourceRow[]): Promise<void> {
  const faces = await readFaces(work, batch);
  if (faces.length > 0) work.imported += target.commit(faces);
  work.options.onProgress?.(progressOf(work));
  await nextTurn();
  stopIfAsked(work);
}

/** Reads the batch's images, some at a time, keeping the rows' order; an unreadable one is counted and left out. */
async function readFaces({ library, tally }: Work, batch: readonly SourceRow[]): Promise<ReadyFace[]> {
  const faces: (ReadyFace | null)[] = [];
  let next = 0;
  const reader = async (): Promise<void> => {
    while (next < batch.length) {
      const index = next;
      next += 1;
      faces[index] = await readFace(library, batch[index]!, tally);
    }
  };
  await Promise.all(Array.from({ length: IMAGES_AT_ONCE }, reader));
  return faces.filter((face) => face !== null);
}

async function readFace(library: Library, row: SourceRow, tally: Tally): Promise<ReadyFace | null> {
  try {
    const image = await toStoredImage(library, await row.load());
    const { key, split, votes, voteFile, line, imageFile } = row;
    return { key, split, image, imageFile, votes, voteFile, voteRow: line };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    countUnreadable(row, error, tally);
    return null;
  }
}

function stopIfAsked({ options, imported }: Work): void {
  if (options.signal?.aborted !== true) return;
  throw new CancelledError('The import was cancelled.', {
    kept: `${imported} faces imported so far are kept.`,
    remedy: 'Import the same source under the same name to go on.',
  });
}

function progressOf({ tally, imported, alreadyPresent, started }: Work): JobProgress {
  const done = imported + alreadyPresent;
  const rate = imported / ((performance.now() - started) / 1000);
  const left = tally.total === null ? null : Math.max(0, tally.total - done);
  const secondsLeft = left === null || rate === 0 ? null : left / rate;
  return { phase: 'importing faces', done, total: tally.total, rate, secondsLeft };
}

function report({ library, ready, tally, started, imported, alreadyPresent }: Work, datasetId: number): ImportReport {
  const dataset = getDataset(library, datasetId);
  const skips = tally.skips();
  return {
    dataset: dataset.name,
    datasetId,
    kind: ready.importer.name,
    rowsRead: tally.rowsRead,
    imported,
    alreadyPresent,
    skipped: Object.fromEntries(skips.map(({ reason, count }) => [reason, count])),
    skips,
    identicalPixels: countSamePixels(library, datasetId),
    splits: Object.fromEntries(dataset.splits.map(({ split, count }) => [split, count])),
    seconds: (performance.now() - started) / 1000,
  };
}

function nothingImported({ tree }: ReadySource, tally: Tally): ImportError {
  const reasons = tally.skips().map(({ reason, count }) => `${reason} ${count}`);
  const first = tally.skips()[0]?.first[0];
  const because = reasons.length === 0 ? '' : ` Skipped: ${reasons.join(', ')}; first: ${first!.what}.`;
  return new ImportError(`No face could be imported from ${tree.roots.join(', ')}.${because}`, {
    file: first?.file ?? tree.roots[0],
    ...(first?.line == null ? {} : { line: first.line }),
    kept: 'Nothing was imported.',
    remedy: 'Check that the images and their labels belong together.',
  });
}

/** Says what was kept where an error ends the import in the middle; a full disk becomes a LibraryError. */
function withKept(error: unknown, { library, imported }: Work): unknown {
  if (error instanceof CountenanceError && (error.detail.kept !== undefined || imported === 0)) return error;
  const kept = imported === 0 ? 'Nothing was imported.' : `${imported} faces imported so far are kept.`;
  const remedy = 'Once the cause is gone, import the same source under the same name to go on.';
  if (error instanceof CountenanceError) {
    return new CountenanceError(error.code, error.message, { ...error.detail, kept }, error);
  }
  const { code, message } = error as { code?: string; message?: string };
  if (code === undefined || !/^(SQLITE_|ENOSPC|EDQUOT|EROFS|EIO)/.test(code)) return error;
  return new LibraryError(
    `The library ${library.file} cannot be written: ${message}`,
    { file: library.file, kept, remedy },
    error,
  );
}
