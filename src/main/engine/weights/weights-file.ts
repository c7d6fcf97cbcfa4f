import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { NotFoundError, WeightsError } from '../../../shared/errors.ts';
import { allocate, type DType, type TensorData } from '../onnx/tensor.ts';

/** What is known of a stored tensor before its numbers are read. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** How many bytes an element takes. */
export const elementSize = (dtype: DType): number => allocate(dtype, 0).BYTES_PER_ELEMENT;

/** Named tensors, as a file gives them and as a network takes them. */
export type Weights = ReadonlyMap<string, TensorData>;

/** Makes the error for one file: `why` ends its sentence. */
export type Refuse = (why: string, cause?: unknown) => WeightsError;

/** A refusal that names the file and, where there is something to do about it, says what. */
export const refusalOf =
  (file: string, kind: string, remedy?: string): Refuse =>
  (why, cause) =>
    new WeightsError(`${file} is not a usable ${kind} file: ${why}.`, { file, remedy }, cause);

/** A file open for reading ranges of it; nothing of it is held in memory. */
export interface RangeFile {
  readonly size: number;
  /** The bytes from `position` on. Throws where the file ends before `length` of them. */
  read(position: number, length: number): Uint8Array;
  close(): void;
}

const LARGEST_READ = 1 << 30;

/** Opens a file for reading at positions. Throws NotFoundError where there is none, WeightsError where it is closed to us. */
export function openRanges(file: string): RangeFile {
  const descriptor = open(file);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new WeightsError(`${file} is not a file.`, { file });
    return {
      size: stat.size,
      read: (position, length) => readRange(descriptor, position, length),
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new NotFoundError(`There is no file ${file}.`, { file });
    throw new WeightsError(`${file} cannot be opened: ${message}`, { file, remedy: 'Check its permissions.' }, error);
  }
}

function readRange(descriptor: number, position: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const read = readSync(descriptor, bytes, done, Math.min(LARGEST_READ, length - done), position + done);
    if (read === 0) throw new Error('it ends too early');
    done += read;
  }
  return bytes;
}
