import { interpolationMatrix } from '../../onnx/interpolation.ts';

/** Faces at two sizes: what a super-resolution is given, and what it should make of it. */
export interface FacePairs {
  /** Side of the square face as it is, in pixels; the smaller one's is this ÷ `scale`. */
  readonly side: number;
  readonly scale: number;
  readonly count: number;
  /** count×side×side grey bytes. */
  readonly large: Uint8Array;
  /** count×(side ÷ scale)² grey bytes. */
  readonly small: Uint8Array;
}

/**
 * Shrinks count×side×side grey faces as the field's benchmarks do: bicubic (Keys 1981, a = −0.5) with the kernel
 * widened by the scale, rounded to bytes. `side` must be a multiple of `scale`.
 */
export function pairFaces(large: Uint8Array, side: number, scale: number): FacePairs {
  const to = side / scale;
  const count = large.length / side ** 2;
  const matrix = interpolationMatrix(
    { from: side, to, scale: 1 / scale },
    {
      mode: 'cubic',
      coordinates: 'half_pixel',
      nearest: 'floor',
      cubicCoefficient: -0.5,
      excludeOutside: true,
      antialias: true,
    },
  );
  const small = new Uint8ClampedArray(count * to * to);
  const rows = new Float32Array(to * side);
  for (let face = 0; face < count; face += 1) {
    const image = large.subarray(face * side * side, (face + 1) * side * side);
    shrinkInto(image, matrix, { side, to, rows }, small.subarray(face * to * to, (face + 1) * to * to));
  }
  return { side, scale, count, large, small: new Uint8Array(small.buffer) };
}

interface Workspace {
  readonly side: number;
  readonly to: number;
  /** to×side numbers to work in. */
  readonly rows: Float32Array;
}

/** matrix · image · matrixᵀ. */
function shrinkInto(
  image: Uint8Array,
  matrix: Float32Array,
  { side, to, rows }: Workspace,
  out: Uint8ClampedArray,
): void {
  for (let row = 0; row < to; row += 1) {
    for (let column = 0; column < side; column += 1) {
      let sum = 0;
      for (let at = 0; at < side; at += 1) sum += matrix[row * side + at]! * image[at * side + column]!;
      rows[row * side + column] = sum;
    }
  }
  for (let row = 0; row < to; row += 1) {
    for (let column = 0; column < to; column += 1) {
      let sum = 0;
      for (let at = 0; at < side; at += 1) sum += rows[row * side + at]! * matrix[column * side + at]!;
      out[row * to + column] = sum;
    }
  }
}

/** N pairs as a trainer takes them. */
export interface PairBatch {
  readonly size: number;
  readonly small: Uint8Array;
  readonly large: Uint8Array;
}

/** The pairs at these positions, those whose flag is set mirrored left to right, both sizes alike. */
export function pairBatch(
  { side, scale, large, small }: FacePairs,
  positions: Uint32Array,
  mirrored: readonly boolean[] = [],
): PairBatch {
  const pick = (faces: Uint8Array, width: number): Uint8Array => {
    const area = width * width;
    const out = new Uint8Array(positions.length * area);
    positions.forEach((position, index) => {
      const face = out.subarray(index * area, (index + 1) * area);
      face.set(faces.subarray(position * area, (position + 1) * area));
      if (mirrored[index])
        for (let row = 0; row < width; row += 1) face.subarray(row * width, (row + 1) * width).reverse();
    });
    return out;
  };
  return { size: positions.length, small: pick(small, side / scale), large: pick(large, side) };
}
