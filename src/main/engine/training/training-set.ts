import type { ModelInput } from '../../../shared/model-spec.ts';
import type { Library } from '../../library/db.ts';
import { imageOfSample } from '../../library/images.ts';
import { decodeBatch, type UnreadableFace } from '../decode-worker.ts';
import type { FaceTargets, TrainingFace, TrainingSet } from './targets.ts';

export interface ReadTrainingSetOptions {
  readonly library: Library;
  readonly table: FaceTargets;
  /** The side of the square, in pixels, to which every face is brought. */
  readonly side: number;
  /** Whether the loss takes the crowd's votes as targets instead of the protocol's. */
  readonly usesVotes: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A training set, and the faces of its table whose images could not be read. */
export interface ReadTrainingSet {
  readonly set: TrainingSet;
  readonly unreadable: readonly UnreadableFace[];
}

/** How many faces are decoded between two reports of progress. */
const CHUNK = 256;

/** Grey bytes as they are: what every network of this project takes in. */
const sourceInput = (side: number): ModelInput => ({
  name: 'pixels',
  dtype: 'uint8',
  layout: 'NCHW',
  width: side,
  height: side,
  colour: 'grey',
  channels: 1,
  scale: 1,
  mean: [0],
  std: [1],
});

/** The grey side×side pixels of samples, one after another, as prediction would see them; unreadable ones are named. */
export async function readPixels(
  library: Library,
  ids: readonly number[],
  side: number,
): Promise<{ ids: readonly number[]; pixels: Uint8Array; unreadable: readonly UnreadableFace[] }> {
  const { data, ...rest } = await decodeBatch(ids, sourceInput(side), (id) => imageOfSample(library, id));
  return { ...rest, pixels: data as Uint8Array };
}

/**
 * Decodes every face of a table once, into memory: side² bytes a face. An unreadable face is left out and named.
 * Throws the signal's reason once it has aborted.
 */
export async function readTrainingSet(options: ReadTrainingSetOptions): Promise<ReadTrainingSet> {
  const { library, table, side, usesVotes, signal, onProgress } = options;
  const rows = usesVotes ? table.shares : table.targets;
  const width = table.classes.length;
  const faces: TrainingFace[] = [];
  const unreadable: UnreadableFace[] = [];
  for (let start = 0; start < table.ids.length; start += CHUNK) {
    signal?.throwIfAborted();
    const wanted = Array.from(table.ids.subarray(start, start + CHUNK));
    const read = await readPixels(library, wanted, side);
    unreadable.push(...read.unreadable);
    const placeOf = new Map(wanted.map((id, index) => [id, start + index]));
    read.ids.forEach((id, index) => {
      const place = placeOf.get(id)!;
      faces.push({
        id,
        pixels: read.pixels.subarray(index * side * side, (index + 1) * side * side),
        target: rows.subarray(place * width, (place + 1) * width),
        label: table.labels[place]!,
        ambiguity: table.ambiguity[place]!,
      });
    });
    onProgress?.(Math.min(start + CHUNK, table.ids.length), table.ids.length);
  }
  return { set: { side, classes: table.classes, faces }, unreadable };
}
