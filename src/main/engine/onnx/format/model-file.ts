import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { GraphError, NotFoundError } from '../../../../shared/errors.ts';
import { decodeGraph } from '../decode.ts';
import { LARGEST_FILE, modelOf } from '../encode.ts';
import type { Graph } from '../graph.ts';
import { bytesOf, type TensorData } from '../tensor.ts';
import { externalDataIn } from './external-data.ts';
import { encodeParts } from './proto.ts';
import { externalTensor, tensorProto } from './tensor-proto.ts';
import { writeParts } from './write-parts.ts';

/** Tensors below this many bytes stay in the model's own file, where shape rules of any reader find them. */
const SMALLEST_EXTERNAL = 1024;
/** What memory mapping asks of a tensor's place on every common system. */
const ALIGNMENT = 65_536;
const LARGEST_PROTOBUF = 2 ** 31 - 1;

export interface WriteOptions {
  /** Bytes of tensors from which on they are put into a file of their own. */
  readonly limit?: number;
}

/** Reads an ONNX file, with the data files beside it. Throws NotFoundError without it, GraphError if it is none. */
export function readModel(file: string): Graph {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw new NotFoundError(`There is no model file ${file}.`, { file });
  if (stat.size > LARGEST_PROTOBUF)
    throw new GraphError(`${file} is larger than 2 GiB, which no ONNX file may be.`, { file });
  try {
    return decodeGraph(readFileSync(file), { externalData: externalDataIn(dirname(file)) });
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new GraphError(`${file}: ${error.message}`, { file, ...error.detail }, error);
  }
}

/**
 * Writes a graph as an ONNX file; where its tensors have more than 1.9 GB (or `limit` bytes), the larger ones stand in
 * a second file, FILE.data. Each is whole or not there: until its last byte is on disk, what stood before stays.
 * Throws GraphError.
 */
export function writeModel(graph: Graph, file: string, { limit = LARGEST_FILE }: WriteOptions = {}): void {
  const total = graph.constants.reduce((sum, { constant }) => sum + constant!.data.byteLength, 0);
  const data = total > limit ? new DataFile(`${basename(file)}.data`) : null;
  const model = modelOf(graph, (name, tensor) => data?.store(name, tensor) ?? tensorProto(name, tensor));
  const mark = randomUUID();
  const unfinished = new Map<string, string>();
  const write = (target: string, parts: Iterable<Uint8Array>): void => {
    const path = `${target}.${mark}.part`;
    unfinished.set(path, target);
    writeParts(path, parts);
  };
  try {
    if (data !== null) write(`${file}.data`, data.parts());
    write(file, encodeParts(model));
    for (const [path, target] of unfinished) renameSync(path, target);
  } catch (error) {
    for (const path of unfinished.keys()) rmSync(path, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new GraphError(`${file} could not be written: ${why}`, { file }, error);
  }
}

/** The tensors of a data file in their order, each at a multiple of the alignment. */
class DataFile {
  readonly #location: string;
  readonly #tensors: TensorData[] = [];
  #end = 0;

  constructor(location: string) {
    this.#location = location;
  }

  /** The entry of a tensor that this file takes; null for one that is too small. */
  store(name: string, tensor: TensorData): ReturnType<typeof tensorProto> | null {
    const length = tensor.data.byteLength;
    if (length < SMALLEST_EXTERNAL) return null;
    const offset = aligned(this.#end);
    this.#tensors.push(tensor);
    this.#end = offset + length;
    return externalTensor(name, tensor, { location: this.#location, offset, length });
  }

  *parts(): Iterable<Uint8Array> {
    let end = 0;
    for (const tensor of this.#tensors) {
      const offset = aligned(end);
      yield new Uint8Array(offset - end);
      yield bytesOf(tensor);
      end = offset + tensor.data.byteLength;
    }
  }
}

const aligned = (position: number): number => Math.ceil(position / ALIGNMENT) * ALIGNMENT;
