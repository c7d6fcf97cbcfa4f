import type { SampleColumns } from './columns.ts';
import { positionOf } from './columns.ts';
import type { Library } from './db.ts';
import { encodeVector } from './vectors.ts';

/** The measures of one face, in the order of their run's set; null where one is not defined. */
export interface MeasuredFace {
  readonly sampleId: number;
  readonly numbers: readonly (number | null)[];
}

const CHUNK = 2_000;

/** States which measures a run's rows hold; rows of another set are dropped, to be worked out anew. */
export function prepareMeasureSet(library: Library, runId: number, names: readonly string[]): void {
  const wanted = JSON.stringify(names);
  const stated = library.prepare('SELECT names FROM measure_sets WHERE run_id = ?').pluck().get(runId);
  if (stated === wanted) return;
  library.transaction(() => {
    library.prepare('DELETE FROM measures WHERE run_id = ?').run(runId);
    library
      .prepare(
        `INSERT INTO measure_sets (run_id, names) VALUES (?, ?)
         ON CONFLICT (run_id) DO UPDATE SET names = excluded.names, revision = revision + 1`,
      )
      .run(runId, wanted);
  });
}

/** Grows with every change of a run's measures; 0 before there are any. */
export function measuresRevision(library: Library, runId: number): number {
  const revision = library.prepare('SELECT revision FROM measure_sets WHERE run_id = ?').pluck().get(runId);
  return (revision as number | undefined) ?? 0;
}

/** The next `limit` faces that the run has predicted and nobody has measured since their label last changed. */
export function unmeasuredFaces(library: Library, runId: number, limit: number): number[] {
  return library
    .prepare(
      `SELECT p.sample_id FROM predictions p INDEXED BY predictions_view
       WHERE p.run_id = ? AND NOT EXISTS
         (SELECT 1 FROM measures m WHERE m.run_id = p.run_id AND m.sample_id = p.sample_id)
       ORDER BY p.sample_id LIMIT ?`,
    )
    .pluck()
    .all(runId, limit) as number[];
}

/** Stores measures of faces; the caller holds the transaction in which it read what they were worked out from. */
export function putMeasures(library: Library, runId: number, faces: readonly MeasuredFace[]): void {
  const put = library.prepare('INSERT OR REPLACE INTO measures (run_id, sample_id, numbers) VALUES (?, ?, ?)');
  for (const { sampleId, numbers } of faces) {
    put.run(runId, sampleId, encodeVector(numbers.map((value) => value ?? Number.NaN)));
  }
  library.prepare('UPDATE measure_sets SET revision = revision + 1 WHERE run_id = ?').run(runId);
}

/** Drops what every run measured of a face, which is then measured anew: for when its label or votes change. */
export function dropMeasures(library: Library, sampleIds: readonly number[]): void {
  const ids = JSON.stringify(sampleIds);
  library
    .prepare(
      `UPDATE measure_sets SET revision = revision + 1
       WHERE run_id IN (SELECT run_id FROM measures WHERE sample_id IN (SELECT value FROM json_each(?)))`,
    )
    .run(ids);
  library.prepare('DELETE FROM measures WHERE sample_id IN (SELECT value FROM json_each(?))').run(ids);
}

/** One measure of a run beside a dataset's columns: NaN where it is not defined or not measured yet. */
export function loadMeasure(library: Library, runId: number, name: string, samples: SampleColumns): Float32Array {
  const column = new Float32Array(samples.length).fill(Number.NaN);
  const names = library.prepare('SELECT names FROM measure_sets WHERE run_id = ?').pluck().get(runId);
  const at = names === undefined ? -1 : (JSON.parse(names as string) as string[]).indexOf(name);
  if (at === -1) return column;
  const read = library
    .prepare(
      `SELECT sample_id, numbers FROM measures WHERE run_id = ? AND sample_id > ? ORDER BY sample_id LIMIT ${CHUNK}`,
    )
    .raw();
  for (let last = 0; ; ) {
    const rows = read.all(runId, last) as [number, Buffer][];
    for (const [sampleId, numbers] of rows) {
      const position = positionOf(samples, sampleId);
      if (position !== -1) column[position] = numbers.readFloatLE(at * 4);
    }
    if (rows.length < CHUNK) return column;
    last = rows.at(-1)![0];
  }
}
