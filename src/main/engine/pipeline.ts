import type { ModelInput } from '../../shared/model-spec.ts';
import { type Pixels, resizeBilinear } from './resize.ts';

/** Weights of red, green and blue in a grey value (ITU-R BT.601, as PIL's mode L). */
const LUMA = [0.299, 0.587, 0.114] as const;

/** A batch's zeroed input array for `count` faces. */
export function inputArray(input: ModelInput, count: number): Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  const length = count * faceLength(input);
  return input.dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
}

/** How many numbers one face takes in the input. */
export const faceLength = (input: ModelInput): number => input.channels * input.width * input.height;

/** The input's shape for `count` faces. */
export function inputShape(input: ModelInput, count: number): readonly number[] {
  const { channels, height, width } = input;
  return input.layout === 'NCHW' ? [count, channels, height, width] : [count, height, width, channels];
}

/**
 * Writes one image as face number `index` of a batch: resized bilinearly, turned to grey, RGB or BGR, then
 * (byte · scale − mean[c]) / std[c]; uint8 inputs are rounded and clamped to 0…255.
 */
export function writeFace(image: Pixels, input: ModelInput, target: Uint8Array | Float32Array, index: number): void {
  const { data, channels: stored } = resizeBilinear(image, input.width, input.height);
  const area = input.width * input.height;
  const start = index * faceLength(input);
  const planar = input.layout === 'NCHW';
  const whole = input.dtype === 'uint8';
  for (let channel = 0; channel < input.channels; channel += 1) {
    const source = input.colour === 'bgr' ? 2 - channel : channel;
    const factor = input.scale / input.std[channel]!;
    const offset = input.mean[channel]! / input.std[channel]!;
    for (let pixel = 0; pixel < area; pixel += 1) {
      const value = valueAt(data, stored, pixel, source, input.channels) * factor - offset;
      const at = planar ? start + channel * area + pixel : start + pixel * input.channels + channel;
      target[at] = whole ? Math.min(Math.max(Math.round(value), 0), 255) : value;
    }
  }
}

function valueAt(data: Pixels['data'], stored: 1 | 3, pixel: number, source: number, wanted: 1 | 3): number {
  if (stored === 1) return data[pixel]!;
  const at = pixel * 3;
  if (wanted === 3) return data[at + source]!;
  return LUMA[0] * data[at]! + LUMA[1] * data[at + 1]! + LUMA[2] * data[at + 2]!;
}

/** Softmax of one row of logits, computed from the greatest so that nothing overflows. */
export function softmax(logits: Float32Array): Float32Array {
  const greatest = logits.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
  const powers = logits.map((value) => Math.exp(value - greatest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}
