/// <reference lib="es2025.float16" />
import { WeightsError } from '../../../shared/errors.ts';
import type { DType, TensorData } from '../onnx/tensor.ts';

/** Numbers from IEEE binary16 bits; every one of them is exact in float32. */
export const fromFloat16 = (bits: Uint16Array): Float32Array<ArrayBuffer> =>
  new Float32Array(new Float16Array(bits.buffer, bits.byteOffset, bits.length));

/** IEEE binary16 bits of numbers, rounded to the nearest (ties to even); what is too large becomes infinite. */
export const toFloat16 = (numbers: Float32Array): Uint16Array<ArrayBuffer> =>
  new Uint16Array(new Float16Array(numbers).buffer);

/** Numbers from bfloat16 bits, which are the upper half of a float32's. */
export function fromBfloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index += 1) words[index] = bits[index]! << 16;
  return new Float32Array(words.buffer);
}

/** bfloat16 bits of numbers, rounded to the nearest (ties to even); what is too large becomes infinite. */
export function toBfloat16(numbers: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const bits = new Uint16Array(numbers.length);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    const notNumber = (word & 0x7fffffff) > 0x7f800000;
    // Rounding would carry some NaNs into infinity; their quiet bit is set instead.
    bits[index] = notNumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return bits;
}

/**
 * A tensor's numbers as float32: float16 and bfloat16 widened exactly, float64 rounded, float32 as it is. Throws
 * WeightsError for integers and booleans.
 */
export function toFloat32(tensor: TensorData): TensorData {
  if (tensor.dtype === 'float32') return tensor;
  return { dtype: 'float32', shape: tensor.shape, data: float32Of(tensor) };
}

function float32Of({ dtype, data }: TensorData): Float32Array<ArrayBuffer> {
  switch (dtype) {
    case 'float16':
      return fromFloat16(data as Uint16Array);
    case 'bfloat16':
      return fromBfloat16(data as Uint16Array);
    case 'float64':
      return new Float32Array(data as Float64Array);
    default:
      throw new WeightsError(`Numbers of the type ${dtype} are not weights.`);
  }
}

const NARROW = { float16: toFloat16, bfloat16: toBfloat16 } as const;

/** A float32 tensor in half the bytes, for storage. */
export function toHalf({ shape, data }: TensorData, dtype: Extract<DType, keyof typeof NARROW>): TensorData {
  return { dtype, shape, data: NARROW[dtype](data as Float32Array) };
}

/** Elements of a finite number as large as this become infinite in float16. */
const FLOAT16_END = 65_520;

/**
 * A matrix's or kernel's float16 form; null for what stays float32: vectors, which take little room and may hold tiny
 * variances, other types, and tensors with a number that float16 cannot hold.
 */
export function halfOf(tensor: TensorData): TensorData | null {
  const { dtype, shape, data } = tensor;
  if (dtype !== 'float32' || shape.length < 2) return null;
  return (data as Float32Array).every((number) => Math.abs(number) < FLOAT16_END) ? toHalf(tensor, 'float16') : null;
}
