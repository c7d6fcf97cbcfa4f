import { GraphError } from '../../../shared/errors.ts';

/** The arrays that hold each element type's numbers; float16 and bfloat16 are kept as their 16 bits. */
const STORAGE = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** An element type that this library can hold; ONNX's strings and complex numbers are not among them. */
export type DType = keyof typeof STORAGE;
export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** Numbers with a shape, last dimension fastest. Nobody writes into `data` once a tensor is made. */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

export const isDType = (name: string): name is DType => Object.hasOwn(STORAGE, name);

/** Types that gradients flow through. */
export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64' || dtype === 'float16';

/** How many elements a static shape holds; a scalar's `[]` holds one. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/** An array of `length` zeros that stores `dtype`. */
export const allocate = (dtype: DType, length: number): TensorArray => new STORAGE[dtype](length);

/** Views `bytes` as elements of `dtype`, copied only where their address is not a multiple of the element's size. */
export function viewOf(dtype: DType, bytes: Uint8Array): TensorArray {
  const { BYTES_PER_ELEMENT: size } = STORAGE[dtype];
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new STORAGE[dtype](aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / size);
}

/** The bytes of a tensor, not copied; little-endian on every platform this project runs on. */
export const bytesOf = ({ data }: TensorData): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/**
 * A tensor of `dtype` from plain numbers, row by row. Throws GraphError where their count is not the shape's, and for
 * the 16-bit float types, whose bits `weights/half.ts` makes.
 */
export function tensorOf(dtype: DType, shape: readonly number[], numbers: ArrayLike<number>): TensorData {
  if (dtype === 'float16' || dtype === 'bfloat16')
    throw new GraphError(`Numbers cannot be put into ${dtype} directly.`);
  if (numbers.length !== elementCount(shape)) {
    throw new GraphError(`${numbers.length} numbers do not fill the shape [${shape.join(', ')}].`);
  }
  const data = allocate(dtype, numbers.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let index = 0; index < numbers.length; index += 1) data[index] = BigInt(numbers[index]!);
  } else {
    for (let index = 0; index < numbers.length; index += 1) data[index] = numbers[index]!;
  }
  return { dtype, shape, data };
}

/** A list of int64, the form in which ONNX takes shapes, axes and indices. */
export const int64List = (numbers: readonly number[]): TensorData => tensorOf('int64', [numbers.length], numbers);

/** The elements as plain numbers; 64-bit integers lose what a double cannot hold. Throws GraphError for 16-bit floats. */
export function numbersOf({ dtype, data }: TensorData): readonly number[] {
  if (dtype === 'float16' || dtype === 'bfloat16')
    throw new GraphError(`The numbers of ${dtype} must be widened first.`);
  return Array.from(data as ArrayLike<number | bigint>, Number);
}
