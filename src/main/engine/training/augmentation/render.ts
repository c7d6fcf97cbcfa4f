import { type FacePlan, UNCHANGED } from './face-plan.ts';

/** Places are whole numbers of 1/65536 pixel, shares and grey values between have 8 bits, gains 12: all fits 32 bits. */
const PLACE_BITS = 16;
const SHARE_BITS = 8;
const GAIN_BITS = 12;
const PLACE_ONE = 1 << PLACE_BITS;
const SHARE_MASK = (1 << SHARE_BITS) - 1;
const RESULT_BITS = SHARE_BITS + GAIN_BITS;

/**
 * Writes a face of side×side grey bytes, changed as planned, into `out`. Pixels are taken bilinearly; beyond its border
 * a face goes on with its outermost pixels. Values are rounded and held within 0…255.
 */
export function renderFace(pixels: Uint8Array, side: number, plan: FacePlan, out: Uint8ClampedArray): void {
  if (plan === UNCHANGED) {
    out.set(pixels);
    return;
  }
  const mean = meanOf(pixels);
  warp(pixels, side, plan, mean, out);
  if (plan.erased === null) return;
  const { left, top, width, height } = plan.erased;
  const grey = mean * (plan.gain + plan.lift);
  for (let row = top; row < top + height; row += 1) out.fill(grey, row * side + left, row * side + left + width);
}

/** In whole 32-bit numbers throughout, which is faster than in floating point. */
function warp(pixels: Uint8Array, side: number, plan: FacePlan, mean: number, out: Uint8ClampedArray): void {
  const { a, b, c, d, tx, ty } = plan.sampling;
  const source = bordered(pixels, side);
  const stride = side + 1;
  const centre = (side - 1) / 2;
  const last = (side - 1) << PLACE_BITS;
  const stepX = place(a);
  const stepY = place(c);
  const gain = Math.round(plan.gain * (1 << GAIN_BITS)) | 0;
  const lift = Math.round((plan.lift * mean + 0.5) * (1 << RESULT_BITS)) | 0;
  let at = 0;
  for (let row = 0; row < side; row += 1) {
    let x = place(b * (row - centre) - a * centre + tx + centre);
    let y = place(d * (row - centre) - c * centre + ty + centre);
    for (let column = 0; column < side; column += 1) {
      const inX = x < 0 ? 0 : x > last ? last : x;
      const inY = y < 0 ? 0 : y > last ? last : y;
      const corner = Math.imul(inY >> PLACE_BITS, stride) + (inX >> PLACE_BITS);
      const shareX = (inX >> (PLACE_BITS - SHARE_BITS)) & SHARE_MASK;
      const shareY = (inY >> (PLACE_BITS - SHARE_BITS)) & SHARE_MASK;
      const upperLeft = source[corner]!;
      const lowerLeft = source[corner + stride]!;
      const upper = (upperLeft << SHARE_BITS) + Math.imul(source[corner + 1]! - upperLeft, shareX);
      const lower = (lowerLeft << SHARE_BITS) + Math.imul(source[corner + stride + 1]! - lowerLeft, shareX);
      const grey = upper + (Math.imul(lower - upper, shareY) >> SHARE_BITS);
      out[at] = (Math.imul(grey, gain) + lift) >> RESULT_BITS;
      at += 1;
      x = (x + stepX) | 0;
      y = (y + stepY) | 0;
    }
  }
}

/** A place in pixels as a 32-bit number. */
const place = (pixels: number): number => Math.round(pixels * PLACE_ONE) | 0;

/** The face with its right column and bottom row once more, so that every pixel has a neighbour on both sides. */
function bordered(pixels: Uint8Array, side: number): Uint8Array {
  const stride = side + 1;
  const source = new Uint8Array(stride * stride);
  for (let row = 0; row < stride; row += 1) {
    const from = Math.min(row, side - 1) * side;
    const to = row * stride;
    for (let column = 0; column < side; column += 1) source[to + column] = pixels[from + column]!;
    source[to + side] = pixels[from + side - 1]!;
  }
  return source;
}

function meanOf(pixels: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < pixels.length; index += 1) sum += pixels[index]!;
  return sum / pixels.length;
}
