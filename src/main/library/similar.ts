import type { Library } from './db.ts';
import { decodeVector } from './vectors.ts';

/** A face near another, by the cosine of their embeddings in [-1, 1]. */
export interface Neighbour {
  readonly sampleId: number;
  readonly similarity: number;
}

export interface Neighbours {
  /** How many faces of the run have an embedding. */
  readonly compared: number;
  readonly faces: readonly Neighbour[];
}

/** Finds the faces nearest to a face by a run's embeddings. */
export interface SimilarFaces {
  /** The `count` nearest, the nearest first; none where the face has no embedding in the run. */
  nearest(runId: number, sampleId: number, count: number): Neighbours;
}

/** A run's embeddings, one row a face, each of length 1. */
interface Embedded {
  readonly runId: number;
  readonly size: number;
  readonly ids: readonly number[];
  readonly rows: Float32Array;
}

/** Keeps the embeddings of the run last asked about in memory, and reads them again once the run has more. */
export function createSimilarFaces(library: Library): SimilarFaces {
  let kept: Embedded | null = null;

  function embedded(runId: number): Embedded {
    const count = library.prepare('SELECT count(*) FROM embeddings WHERE run_id = ?').pluck().get(runId) as number;
    if (kept === null || kept.runId !== runId || kept.ids.length !== count) kept = loadEmbedded(library, runId, count);
    return kept;
  }

  return {
    nearest(runId, sampleId, count) {
      const { ids, rows, size } = embedded(runId);
      const at = ids.indexOf(sampleId);
      if (at === -1) return { compared: ids.length, faces: [] };
      const own = rows.subarray(at * size, (at + 1) * size);
      const found = ids.map((id, index): Neighbour => ({ sampleId: id, similarity: dot(rows, index * size, own) }));
      found.splice(at, 1);
      found.sort((a, b) => b.similarity - a.similarity || a.sampleId - b.sampleId);
      return { compared: ids.length, faces: found.slice(0, count) };
    },
  };
}

function loadEmbedded(library: Library, runId: number, count: number): Embedded {
  const read = library.sqlite.prepare('SELECT sample_id, vector FROM embeddings WHERE run_id = ? ORDER BY sample_id');
  const ids: number[] = [];
  let rows = new Float32Array(0);
  let size = 0;
  for (const row of read.iterate(runId) as IterableIterator<{ sample_id: number; vector: Buffer }>) {
    const vector = decodeVector(row.vector);
    if (ids.length === 0) {
      size = vector.length;
      rows = new Float32Array(count * size);
    }
    const length = Math.hypot(...vector);
    const start = ids.length * size;
    for (let index = 0; index < size; index += 1) rows[start + index] = length === 0 ? 0 : vector[index]! / length;
    ids.push(row.sample_id);
  }
  return { runId, size, ids, rows };
}

function dot(rows: Float32Array, start: number, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < other.length; index += 1) sum += rows[start + index]! * other[index]!;
  return sum;
}
