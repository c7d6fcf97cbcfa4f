import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorRecord } from '../../shared/errors.ts';
import type { ModelInput } from '../../shared/model-spec.ts';
import { decodeImage } from '../import/image.ts';
import { openLibrary } from '../library/db.ts';
import { imageOfSample, type StoredImage } from '../library/images.ts';
import { faceLength, inputArray, writeFace } from './pipeline.ts';
import type { Pixels } from './resize.ts';

export interface DecodeWorkerData {
  readonly libraryFile: string;
  readonly input: ModelInput;
}

/** A face whose image could not be read, and why. */
export interface UnreadableFace {
  readonly sampleId: number;
  readonly message: string;
}

/** Faces laid out as the model's input takes them, in the order of `ids`. */
export interface FaceBatch {
  readonly ids: readonly number[];
  readonly data: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  readonly unreadable: readonly UnreadableFace[];
}

/** How many images are decoded at once: enough to keep file reads busy, few enough to bound memory. */
const AT_ONCE = 8;

/** The life of a worker thread that answers every list of sample ids with a FaceBatch, in the order asked. */
export function runDecodeWorker(): void {
  const { libraryFile, input } = workerData as DecodeWorkerData;
  const library = openLibrary(libraryFile, { trusted: true });
  let last: Promise<void> = Promise.resolve();
  parentPort!.on('message', (ids: readonly number[]) => {
    last = last.then(async () => {
      const batch = await decodeBatch(ids, input, (id) => imageOfSample(library, id));
      parentPort!.postMessage(batch, [batch.data.buffer]);
    });
  });
}

/** Decodes the faces of one batch into a model's input; those that cannot be read are left out and named. */
export async function decodeBatch(
  ids: readonly number[],
  input: ModelInput,
  imageOf: (id: number) => StoredImage,
): Promise<FaceBatch> {
  const read: number[] = [];
  const unreadable: UnreadableFace[] = [];
  const data = inputArray(input, ids.length);
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const chunk = ids.slice(start, start + AT_ONCE);
    const images = await Promise.allSettled(chunk.map(async (id) => pixelsOf(imageOf(id), id)));
    images.forEach((image, index) => {
      const sampleId = chunk[index]!;
      if (image.status === 'rejected') {
        unreadable.push({ sampleId, message: toErrorRecord(image.reason).message });
        return;
      }
      writeFace(image.value, input, data, read.length);
      read.push(sampleId);
    });
  }
  return {
    ids: read,
    data: unreadable.length === 0 ? data : data.slice(0, read.length * faceLength(input)),
    unreadable,
  };
}

async function pixelsOf(image: StoredImage, sampleId: number): Promise<Pixels> {
  const file = image.file ?? `face ${sampleId}`;
  return decodeImage(image.bytes ?? (await readFile(file)), file);
}
