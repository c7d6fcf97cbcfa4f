import { GraphError } from '../../../../shared/errors.ts';
import { allocate, bytesOf, type DType, elementCount, isDType, type TensorData, viewOf } from '../tensor.ts';
import { ELEMENT_TYPES, type TensorProto } from './proto.ts';

/** TensorProto.DataLocation.EXTERNAL: the numbers are in a file beside the model. */
const EXTERNAL = 1;

/** Where in a file beside the model a tensor's bytes are; without a length, they reach to the file's end. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length?: number;
}

/** Reads bytes that a model keeps in a file beside it. */
export type ExternalData = (place: ExternalPlace) => Uint8Array;

/** The number in an ONNX file that stands for an element type. */
export const elementNumber = (dtype: DType): number => ELEMENT_TYPES.indexOf(dtype);

/** The element type that a number in an ONNX file stands for; null for those that a Graph cannot hold. */
export function dtypeOf(elementType: number | undefined): DType | null {
  const name = ELEMENT_TYPES[elementType ?? 0];
  return name !== undefined && isDType(name) ? name : null;
}

/** A tensor as an ONNX file stores it, its bytes not copied. */
export const tensorProto = (name: string, tensor: TensorData): TensorProto => ({
  name,
  dims: tensor.shape,
  dataType: elementNumber(tensor.dtype),
  rawData: bytesOf(tensor),
});

/**
 * A file's tensor in whichever field its numbers are; null where they are strings, complex or narrower than a byte.
 * Throws GraphError where they do not fill its shape.
 */
export function readTensor(tensor: TensorProto, external?: ExternalData): TensorData | null {
  const { dims: shape = [], dataType, rawData } = inlined(tensor, external);
  const dtype = dtypeOf(dataType);
  if (dtype === null) return null;
  if (shape.some((dim) => dim < 0)) throw new GraphError(`${label(tensor)} has the shape [${shape.join(', ')}].`);
  const data = rawData === undefined ? readNumbers(tensor, dtype) : readBytes(tensor, dtype, rawData);
  if (data.length !== elementCount(shape)) {
    throw new GraphError(`${label(tensor)} has ${data.length} numbers, which do not fill [${shape.join(', ')}].`);
  }
  return { dtype, shape, data };
}

/** A tensor that is whole by itself: its bytes read from the file beside the model, if that is where they are. */
export function inlined(tensor: TensorProto, external: ExternalData | undefined): TensorProto {
  const { dataLocation, externalData = [], ...rest } = tensor;
  if (dataLocation !== EXTERNAL) return tensor;
  if (external === undefined) {
    throw new GraphError(`${label(tensor)} is in a file beside the model; open the model by its path.`);
  }
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const length = entries.get('length');
  const place = {
    location: entries.get('location') ?? '',
    offset: byteCount(tensor, entries.get('offset') ?? '0'),
    ...(length === undefined ? {} : { length: byteCount(tensor, length) }),
  };
  return { ...rest, rawData: external(place) };
}

/** The entries of a tensor whose bytes are at a place in a file beside the model. */
export const externalTensor = (name: string, { dtype, shape }: TensorData, place: ExternalPlace): TensorProto => ({
  name,
  dims: shape,
  dataType: elementNumber(dtype),
  dataLocation: EXTERNAL,
  externalData: Object.entries(place).map(([key, value]) => ({ key, value: String(value) })),
});

function byteCount(tensor: TensorProto, text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new GraphError(`${label(tensor)} has “${text}” for a place in a file.`);
}

function readBytes(tensor: TensorProto, dtype: DType, bytes: Uint8Array): TensorData['data'] {
  const size = allocate(dtype, 0).BYTES_PER_ELEMENT;
  if (bytes.length % size === 0) return viewOf(dtype, bytes);
  throw new GraphError(`${label(tensor)} has ${bytes.length} bytes, which are no whole number of ${dtype}.`);
}

/** 16-bit floats and integers up to 32 bits share one list of int32; `proto.ts` has put wider ones into the bytes. */
function readNumbers({ floatData, doubleData, int32Data }: TensorProto, dtype: DType): TensorData['data'] {
  const numbers = (dtype === 'float32' ? floatData : dtype === 'float64' ? doubleData : int32Data) ?? [];
  const data = allocate(dtype, numbers.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return allocate(dtype, 0);
  data.set(numbers);
  return data;
}

const label = ({ name }: TensorProto): string => (name ? `The tensor “${name}”` : 'A tensor');
