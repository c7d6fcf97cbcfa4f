import { GraphError } from '../../../../shared/errors.ts';
import { int, numberAttribute, text, textAttribute } from '../attributes.ts';
import { apply, type Graph, scalarLike, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import type { SampleMaker } from '../sample.ts';
import { sizeOf } from '../shape.ts';
import { type DType, tensorOf } from '../tensor.ts';
import { clip } from './activations.ts';
import { add, mul, sub } from './arithmetic.ts';
import { cast } from './comparison.ts';
import { gatherND } from './gathering.ts';
import { matmul, transposeLast } from './matmul.ts';
import { pad } from './padding.ts';
import { reduceSum } from './reduce.ts';
import { scatterElements } from './scattering.ts';
import { expand, reshape, transpose, unsqueeze } from './shaping.ts';
import { concat, slice } from './slicing.ts';

export interface GridSampleOptions {
  /** True: −1 and 1 are the centres of the border pixels; false: their outer edges. */
  readonly alignCorners: boolean;
}

/**
 * The N×C×H×W image x read bilinearly at the places of an N×h×w×2 grid of (x, y), each from −1 to 1; zero outside the
 * image. The result is N×C×h×w.
 */
export function gridSample(x: Value, grid: Value, { alignCorners }: GridSampleOptions): Value {
  return apply(GridSample, [x, grid], {
    mode: text(x.graph.opset >= 20 ? 'linear' : 'bilinear'),
    padding_mode: text('zeros'),
    align_corners: int(alignCorners ? 1 : 0),
  });
}

/** The same as `gridSample` made of gathers, for providers that have no kernel for GridSample. */
export function composedGridSample(x: Value, grid: Value, { alignCorners }: GridSampleOptions): Value {
  const cells = locate(x, grid, alignCorners);
  const sum = reduceSum(mul(readCorners(x, cells), mul(cells.rows, cells.columns)), [1, 2]);
  return reshape(transpose(sum, [0, 2, 1]), [...x.shape.slice(0, 2), ...grid.shape.slice(1, 3)]);
}

/**
 * The N×h×w×2 grid at which the affine maps theta (N×2×3) place the points of an upright h×w grid (Jaderberg et al.
 * 2015): one product with a constant.
 */
export function affineGrid(
  theta: Value,
  [height, width]: readonly [number, number],
  { alignCorners }: GridSampleOptions,
): Value {
  const base = uprightGrid(theta.graph, theta.dtype, height, width, alignCorners);
  return reshape(matmul(base, transposeLast(theta)), [theta.shape[0]!, height, width, 2]);
}

/** The homogeneous coordinates (x, y, 1) of every place of an h×w grid, row by row. */
function uprightGrid(graph: Graph, dtype: DType, height: number, width: number, alignCorners: boolean): Value {
  const place = (at: number, count: number): number => {
    if (!alignCorners) return (2 * at + 1) / count - 1;
    return count === 1 ? 0 : (2 * at) / (count - 1) - 1;
  };
  const numbers = Array.from({ length: height * width }, (_, at) => [
    place(at % width, width),
    place(Math.floor(at / width), height),
    1,
  ]);
  return graph.constant(tensorOf(dtype, [height * width, 3], numbers.flat()));
}

export const GridSample: OpDefinition = {
  type: 'GridSample',
  infer: ({ inputs: [x, grid] }) => {
    const spatial = x!.rank - 2;
    if (spatial < 1 || grid!.rank !== x!.rank || grid!.shape.at(-1) !== spatial || grid!.shape[0] !== x!.shape[0]) {
      throw new GraphError('The grid must have the image’s batch, and a coordinate for each of its spatial axes.');
    }
    return [{ dtype: x!.dtype, shape: [...x!.shape.slice(0, 2), ...grid!.shape.slice(1, -1)] }];
  },
  gradient: (node, [dy]) => {
    const [x, grid] = node.inputs;
    refuseOtherModes(node);
    const cells = locate(x!, grid!, numberAttribute(node, 'align_corners', 0) === 1);
    return [() => imageCotangent(x!, dy!, cells), () => gridCotangent(x!, grid!, dy!, cells)];
  },
  samples: {
    'corners aligned': samples(true),
    'corners not aligned': samples(false),
  },
};

function refuseOtherModes(node: Call): void {
  const [mode, padding] = [textAttribute(node, 'mode', 'linear'), textAttribute(node, 'padding_mode', 'zeros')];
  if (node.inputs[0]!.rank !== 4 || !['linear', 'bilinear'].includes(mode) || padding !== 'zeros') {
    throw new GraphError(`GridSample has a gradient for bilinear images with zeros outside, not ${mode}, ${padding}.`);
  }
}

/** Zeros around the image: two wide, so that all four neighbours of any place further out are zeros. */
const BORDER = 2;

/**
 * The 2×2 pixels around each of the grid's hw places, in the image with its border: axes are batch, row, column,
 * place and, where there are any, channels.
 */
interface Cells {
  /** N×2×2×hw×1: the pixels' numbers, row by row. */
  readonly indices: Value;
  /** N×2×1×hw×1: the weights of the upper and the lower row. */
  readonly rows: Value;
  /** N×1×2×hw×1: the weights of the left and the right column. */
  readonly columns: Value;
  /** Pixels a unit of the grid, across and down. */
  readonly scales: readonly [across: number, down: number];
}

function locate(x: Value, grid: Value, alignCorners: boolean): Cells {
  const [height, width] = planeOf(x);
  const { graph, dtype } = x;
  const batch = grid.shape[0]!;
  const places = Number(sizeOf(grid.shape.slice(1, 3)));
  const flat = reshape(grid, [batch, places, 2]);
  const along = (axis: 0 | 1, count: number) => {
    const coordinate = slice(flat, { axes: [2], starts: [axis], ends: [axis + 1] });
    const scale = (alignCorners ? count - 1 : count) / 2;
    const pixel = clip(add(mul(coordinate, scale), (count - 1) / 2 + BORDER), 0, count + BORDER);
    const position = reshape(pixel, [batch, 1, 1, places, 1]);
    const cell = cast(position, 'int64');
    const beyond = sub(position, cast(cell, dtype));
    return { scale, cell, weights: concat([sub(1, beyond), beyond], axis === 0 ? 2 : 1) };
  };
  const [across, down] = [along(0, width), along(1, height)];
  const pitch = width + 2 * BORDER;
  const corners = graph.constant(tensorOf('int64', [2, 2, 1, 1], [0, 1, pitch, pitch + 1]));
  return {
    indices: add(add(mul(down.cell, pitch), across.cell), corners),
    rows: down.weights,
    columns: across.weights,
    scales: [across.scale, down.scale],
  };
}

function planeOf(x: Value): readonly [height: number, width: number] {
  const [height, width] = x.shape.slice(2);
  if (typeof height === 'number' && typeof width === 'number') return [height, width];
  throw new GraphError('GridSample needs the image’s height and width here.');
}

/** The image's values at every cell's pixels: N×2×2×hw×C. */
function readCorners(x: Value, { indices }: Cells): Value {
  const [height, width] = planeOf(x);
  const padded = pad(x, [0, 0, BORDER, BORDER, 0, 0, BORDER, BORDER]);
  const pixels = reshape(padded, [...x.shape.slice(0, 2), (height + 2 * BORDER) * (width + 2 * BORDER)]);
  return gatherND(transpose(pixels, [0, 2, 1]), indices, 1);
}

/** Adds each place's cotangent to its four pixels by their weights. */
function imageCotangent(x: Value, dy: Value, { indices, rows, columns }: Cells): Value {
  const [batch, channels, height, width] = x.staticShape as readonly [number, number, number, number];
  const places = Number(sizeOf(dy.shape.slice(2)));
  const weights = reshape(mul(rows, columns), [batch, 1, 4, places]);
  const shares = mul(reshape(dy, [batch, channels, 1, places]), weights);
  const [tall, wide] = [height + 2 * BORDER, width + 2 * BORDER];
  const sum = scatterElements(
    expand(scalarLike(x, 0), [batch, channels, tall * wide]),
    expand(reshape(indices, [batch, 1, 4 * places]), [batch, channels, 4 * places]),
    reshape(shares, [batch, channels, 4 * places]),
    2,
    'add',
  );
  return slice(reshape(sum, [batch, channels, tall, wide]), {
    axes: [2, 3],
    starts: [BORDER, BORDER],
    ends: [BORDER + height, BORDER + width],
  });
}

/** A coordinate's cotangent: how the result changes from one column, or row, of the cell to the other. */
function gridCotangent(x: Value, grid: Value, dy: Value, cells: Cells): Value {
  const [batch, channels] = x.shape;
  const places = Number(sizeOf(dy.shape.slice(2)));
  const flat = transpose(reshape(dy, [batch!, channels!, places]), [0, 2, 1]);
  const change = reduceSum(mul(readCorners(x, cells), unsqueeze(flat, [1, 2])), [4], true);
  const difference = (shape: readonly number[], scale: number): Value =>
    x.graph.constant(tensorOf(x.dtype, shape, [-scale, scale]));
  const [across, down] = cells.scales;
  const towards = (weights: Value, steps: Value): Value => reduceSum(mul(change, mul(weights, steps)), [1, 2]);
  const parts = [
    towards(cells.rows, difference([2, 1, 1], across)),
    towards(cells.columns, difference([2, 1, 1, 1], down)),
  ];
  return reshape(concat(parts, 2), grid.shape);
}

/** An image of 1 to 4 pixels a side and places that lie in and around it. */
function samples(alignCorners: boolean): SampleMaker {
  return (random) => {
    const size = (): number => random.integer(1, 4);
    return {
      inputs: [random.uniform([2, 2, size(), size()]), random.uniform([2, size(), size(), 2], -1.6, 1.6)],
      build: (x, grid) => gridSample(x!, grid!, { alignCorners }),
    };
  };
}
