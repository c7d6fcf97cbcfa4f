import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { WeightsError } from '../../../shared/errors.ts';
import { writeParts } from '../onnx/format/write-parts.ts';
import { bytesOf, type DType, elementCount, type TensorData, viewOf } from '../onnx/tensor.ts';
import { parseHeader, SAFETENSORS_TYPES } from './safetensors-header.ts';
import {
  elementSize,
  openRanges,
  type RangeFile,
  type Refuse,
  refusalOf,
  type TensorInfo,
  type Weights,
} from './weights-file.ts';

const LARGEST_HEADER = 100_000_000;
const LENGTH_BYTES = 8;

/** An open safetensors file: what it holds is known, its numbers are read when asked for. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The free texts of the file's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** One tensor's numbers, read now. Throws WeightsError for a name that the file does not hold. */
  read(name: string): TensorData;
  close(): void;
}

/**
 * Opens a safetensors file and reads its header only. Throws WeightsError that says what is wrong where the file
 * breaks a rule of the format, NotFoundError where there is none. Close it when done.
 */
export function readSafetensors(file: string): SafetensorsFile {
  const refuse = refusalOf(file, 'safetensors', 'Copy or download the file again.');
  const ranges = openRanges(file);
  try {
    return openTensors(file, ranges, refuse);
  } catch (error) {
    ranges.close();
    throw error;
  }
}

function openTensors(file: string, ranges: RangeFile, refuse: Refuse): SafetensorsFile {
  const length = headerLength(ranges, refuse);
  const dataStart = LENGTH_BYTES + length;
  const header = readPart(ranges, LENGTH_BYTES, length, refuse);
  const { places, metadata } = parseHeader(header, ranges.size - dataStart, refuse);
  return {
    tensors: places,
    metadata,
    read(name) {
      const place = places.get(name);
      if (place === undefined) throw new WeightsError(`${file} holds no tensor ${name}.`, { file, names: [name] });
      const { dtype, shape, start, end } = place;
      return { dtype, shape, data: viewOf(dtype, readPart(ranges, dataStart + start, end - start, refuse)) };
    },
    close: () => ranges.close(),
  };
}

function headerLength(ranges: RangeFile, refuse: Refuse): number {
  if (ranges.size < LENGTH_BYTES) throw refuse(`it has only ${ranges.size} bytes`);
  const head = readPart(ranges, 0, LENGTH_BYTES, refuse);
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (length > LARGEST_HEADER)
    throw refuse(`its header would have ${length} bytes; at most ${LARGEST_HEADER} are read`);
  if (Number(length) > ranges.size - LENGTH_BYTES) {
    throw refuse(`its header would have ${length} bytes, more than the file`);
  }
  return Number(length);
}

function readPart(ranges: RangeFile, position: number, length: number, refuse: Refuse): Uint8Array {
  try {
    return ranges.read(position, length);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
}

/** Every tensor of a safetensors file, by name. Throws as `readSafetensors` does. */
export function loadSafetensors(file: string): Weights {
  const opened = readSafetensors(file);
  try {
    return new Map(Array.from(opened.tensors.keys(), (name) => [name, opened.read(name)]));
  } finally {
    opened.close();
  }
}

/**
 * Writes named tensors as a safetensors file, each aligned to its element size. The file is whole or not there: until
 * its last byte is on disk, what stood at `file` stays. Throws WeightsError.
 */
export function writeSafetensors(
  file: string,
  tensors: Weights,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const ordered = [...tensors].sort(
    ([nameA, a], [nameB, b]) => elementSize(b.dtype) - elementSize(a.dtype) || (nameA < nameB ? -1 : 1),
  );
  for (const [name, tensor] of ordered) refuseUnwritable(file, name, tensor);
  const unfinished = `${file}.${randomUUID()}.part`;
  try {
    writeParts(unfinished, [encodeHeader(ordered, metadata), ...ordered.map(([, tensor]) => bytesOf(tensor))]);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new WeightsError(`${file} could not be written: ${why}`, { file, kept: 'The file is as it was.' }, error);
  }
}

function refuseUnwritable(file: string, name: string, { shape, data }: TensorData): void {
  if (name === '__metadata__') throw new WeightsError(`A tensor in ${file} cannot be called __metadata__.`, { file });
  if (elementCount(shape) !== data.length) {
    throw new WeightsError(`${name} has ${data.length} elements, but its shape is [${shape.join(', ')}].`, { file });
  }
}

function encodeHeader(tensors: readonly (readonly [string, TensorData])[], metadata: Record<string, string>): Buffer {
  const entries: [string, unknown][] = Object.keys(metadata).length === 0 ? [] : [['__metadata__', metadata]];
  let start = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const end = start + data.byteLength;
    entries.push([name, { dtype: FORMAT_NAMES.get(dtype), shape, data_offsets: [start, end] }]);
    start = end;
  }
  const json = Buffer.from(`{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)}}`);
  const header = Buffer.alloc(LENGTH_BYTES + Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES, ' ');
  header.writeBigUInt64LE(BigInt(header.length - LENGTH_BYTES));
  json.copy(header, LENGTH_BYTES);
  return header;
}

const FORMAT_NAMES: ReadonlyMap<DType, string> = new Map(
  Object.entries(SAFETENSORS_TYPES).map(([name, dtype]) => [dtype, name]),
);
