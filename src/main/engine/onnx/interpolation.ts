import { GraphError } from '../../../shared/errors.ts';

/** How Resize finds an output element's place and weighs the input elements near it (ONNX: Resize). */
export interface Interpolation {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  /** Keys's a: −0.75 as in PyTorch, −0.5 as in Pillow. */
  readonly cubicCoefficient: number;
  readonly excludeOutside: boolean;
  /** Widens the filter by the factor of shrinking, so that every input element counts. */
  readonly antialias: boolean;
}

/** One resized axis: its length before and after, and the scale that coordinates are divided by. */
export interface AxisScale {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/**
 * The to×from matrix, row by row, that resizes one axis: each row holds the weights of an output element and sums to
 * 1. Coordinates are rounded to float32 as ONNX Runtime does, so that ties of `nearest` fall alike. Throws GraphError
 * for a mode that it does not know.
 */
export function interpolationMatrix(axis: AxisScale, options: Interpolation): Float32Array {
  const { from, to } = axis;
  const matrix = new Float32Array(to * from);
  for (let place = 0; place < to; place += 1) {
    for (const { index, weight } of tapsAt(sourceOf(place, axis, options.coordinates), axis, options)) {
      matrix[place * from + index]! += weight;
    }
  }
  return matrix;
}

/** A matrix that is one block, `groups` times along its diagonal; the block is the whole where there is no smaller one. */
export interface DiagonalBlock {
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
  readonly block: Float32Array;
}

/** What two weights may differ by and still be the same one, computed from coordinates that were rounded. */
const SAME_WEIGHT = 1e-4;

/**
 * The smallest block that a rows×columns matrix repeats along its diagonal. Shrinking by 12/7, as from 384 to 224
 * pixels, is a 7×12 block: a thirty-second of the work.
 */
export function diagonalBlock(matrix: Float32Array, rows: number, columns: number): DiagonalBlock {
  for (let groups = Math.min(rows, columns); groups > 1; groups -= 1) {
    if (rows % groups !== 0 || columns % groups !== 0) continue;
    const [tall, wide] = [rows / groups, columns / groups];
    const block = Float32Array.from(
      { length: tall * wide },
      (_, at) => matrix[Math.floor(at / wide) * columns + (at % wide)]!,
    );
    const repeats = matrix.every((weight, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      const inBlock = Math.floor(row / tall) === Math.floor(column / wide);
      const expected = inBlock ? block[(row % tall) * wide + (column % wide)]! : 0;
      return Math.abs(weight - expected) <= SAME_WEIGHT;
    });
    if (repeats) return { groups, rows: tall, columns: wide, block };
  }
  return { groups: 1, rows, columns, block: matrix };
}

interface Tap {
  readonly index: number;
  readonly weight: number;
}

const round = Math.fround;

/** Where in the input an output element's centre lies. */
function sourceOf(place: number, { from, to, scale }: AxisScale, coordinates: string): number {
  const halfPixel = () => round(round(round(place + 0.5) / round(scale)) - 0.5);
  switch (coordinates) {
    case 'half_pixel':
      return halfPixel();
    case 'pytorch_half_pixel':
      return to > 1 ? halfPixel() : 0;
    case 'half_pixel_symmetric':
      return halfPixel() + (from / 2) * (1 - to / (scale * from));
    case 'asymmetric':
      return round(place / round(scale));
    case 'align_corners':
      return to === 1 ? 0 : round(round(place * (from - 1)) / (to - 1));
    default:
      throw new GraphError(`Coordinates “${coordinates}” are not known here.`);
  }
}

function tapsAt(source: number, { from, scale }: AxisScale, options: Interpolation): readonly Tap[] {
  const inside = (index: number): number => Math.min(Math.max(index, 0), from - 1);
  if (options.mode === 'nearest') return [{ index: inside(nearestTo(source, options.nearest)), weight: 1 }];
  const { reach, weigh } = filterOf(options);
  const narrowing = options.antialias ? Math.min(1, scale) : 1;
  const taps: Tap[] = [];
  for (let at = Math.ceil(source - reach / narrowing); at <= source + reach / narrowing; at += 1) {
    if (options.excludeOutside && inside(at) !== at) continue;
    taps.push({ index: inside(at), weight: weigh(Math.abs(at - source) * narrowing) });
  }
  const total = taps.reduce((sum, { weight }) => sum + weight, 0);
  return taps.map(({ index, weight }) => ({ index, weight: weight / total }));
}

function nearestTo(source: number, nearest: string): number {
  switch (nearest) {
    case 'round_prefer_floor':
      return Math.ceil(source - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(source + 0.5);
    case 'floor':
      return Math.floor(source);
    case 'ceil':
      return Math.ceil(source);
    default:
      throw new GraphError(`The rounding “${nearest}” is not known here.`);
  }
}

interface Filter {
  /** The distance from which on the weight is 0. */
  readonly reach: number;
  readonly weigh: (distance: number) => number;
}

/** The triangle, or the cubic convolution kernel (Keys 1981). */
function filterOf({ mode, cubicCoefficient: a }: Interpolation): Filter {
  switch (mode) {
    case 'linear':
      return { reach: 1, weigh: (d) => Math.max(0, 1 - d) };
    case 'cubic':
      return {
        reach: 2,
        weigh: (d) => {
          if (d >= 2) return 0;
          return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
        },
      };
    default:
      throw new GraphError(`The mode “${mode}” is not known here.`);
  }
}
