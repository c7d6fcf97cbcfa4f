import { GraphError } from '../../../../shared/errors.ts';
import {
  type Attributes,
  float,
  int,
  ints,
  listAttribute,
  numberAttribute,
  text,
  textAttribute,
} from '../attributes.ts';
import { apply, type Value } from '../graph.ts';
import { diagonalBlock, type Interpolation, interpolationMatrix } from '../interpolation.ts';
import type { Call, OpDefinition } from '../op.ts';
import type { SampleMaker, SampleRandom } from '../sample.ts';
import { type Dim, multiplyDim, normaliseAxis, sizeOf } from '../shape.ts';
import { spatialSizes } from '../sliding-window.ts';
import { int64List, numbersOf, tensorOf } from '../tensor.ts';
import { matmul, transposeLast } from './matmul.ts';
import { reshape } from './shaping.ts';

export interface ResizeOptions {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  /** Where output centres lie in the input; PyTorch's `align_corners=False` is half_pixel, the default. */
  readonly coordinates?: 'half_pixel' | 'pytorch_half_pixel' | 'asymmetric' | 'align_corners';
  readonly nearest?: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  readonly cubicCoefficient?: number;
  /** Gives elements beyond the border no weight, instead of the border's value. */
  readonly excludeOutside?: boolean;
  /** Low-pass filters while shrinking; needs opset 18. */
  readonly antialias?: boolean;
}

/** An N×C×H×W image at another height and width. */
export function resize(x: Value, [height, width]: readonly [number, number], options: ResizeOptions): Value {
  const attributes = {
    mode: text(options.mode),
    coordinate_transformation_mode: text(options.coordinates ?? 'half_pixel'),
    ...(options.mode === 'nearest' ? { nearest_mode: text(options.nearest ?? 'round_prefer_floor') } : {}),
    ...(options.mode === 'cubic' ? { cubic_coeff_a: float(options.cubicCoefficient ?? -0.75) } : {}),
    ...(options.excludeOutside ? { exclude_outside: int(1) } : {}),
    ...(options.antialias ? { antialias: int(1) } : {}),
  };
  if (x.graph.opset >= 18) return resizeWith(x, { sizes: [height, width] }, { ...attributes, axes: ints([2, 3]) });
  return resizeWith(x, { scales: [1, 1, scaleTo(x.shape[2]!, height), scaleTo(x.shape[3]!, width)] }, attributes);
}

/**
 * What `resize` computes for images of a fixed size, as two products with constant matrices: M_h · x · M_wᵀ. ONNX
 * Runtime's cubic Resize goes through the image element by element and takes many times longer.
 */
export function resizeByProducts(x: Value, [height, width]: readonly [number, number], options: ResizeOptions): Value {
  const [fromHeight, fromWidth] = spatialSizes(x) as readonly [number, number];
  const across = resizingMatrix(x, fromWidth, width, options);
  return matmul(resizingMatrix(x, fromHeight, height, options), matmul(x, transposeLast(across)));
}

function resizingMatrix({ graph, dtype }: Value, from: number, to: number, options: ResizeOptions): Value {
  const { mode, coordinates = 'half_pixel', nearest = 'round_prefer_floor', cubicCoefficient = -0.75 } = options;
  const { excludeOutside = false, antialias = false } = options;
  const rule = { mode, coordinates, nearest, cubicCoefficient, excludeOutside, antialias };
  const numbers = interpolationMatrix({ from, to, scale: to / from }, rule);
  return graph.constant(tensorOf(dtype, [to, from], numbers));
}

type Target = { readonly sizes: readonly number[] } | { readonly scales: readonly number[] };

function resizeWith(x: Value, target: Target, attributes: Attributes): Value {
  if ('sizes' in target) return apply(Resize, [x, null, null, x.graph.constant(int64List(target.sizes))], attributes);
  const { scales } = target;
  return apply(Resize, [x, null, x.graph.constant(tensorOf('float32', [scales.length], scales))], attributes);
}

/** The float32 scale from which a runtime computes exactly `size`, rounding down. */
function scaleTo(from: Dim, size: number): number {
  if (typeof from !== 'number') throw new GraphError('Resize needs the image’s height and width.');
  const scale = Math.fround(size / from);
  return scaled(from, scale) === size ? scale : Math.fround(scale * (1 + 2 ** -23));
}

const scaled = (from: number, scale: number): number => Math.floor(Math.fround(from * Math.fround(scale)));

interface ResizedAxis {
  readonly axis: number;
  readonly from: Dim;
  readonly to: Dim;
  /** The scale that coordinates are divided by; NaN where the axis is open. */
  readonly scale: number;
}

/** The axes that a node names with their old and new lengths; null where those are not constants. */
function resizedAxes(call: Call): readonly ResizedAxis[] | null {
  const [x, ...rest] = call.inputs;
  const [, scales, sizes] = call.opset < 11 ? [null, rest[0], null] : rest;
  const numbers = (value: Value | null | undefined) => (value?.constant ? numbersOf(value.constant) : null);
  const wanted = numbers(sizes) ?? numbers(scales);
  if (wanted === null || textAttribute(call, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize')
    return null;
  const all = x!.shape.map((_, axis) => axis);
  const axes = listAttribute(call, 'axes', all).map((axis) => normaliseAxis(axis, x!.rank));
  if (wanted.length !== axes.length) throw new GraphError(`${wanted.length} sizes do not fit ${axes.length} axes.`);
  const lengths = axes.map((axis) => x!.shape[axis]!);
  if (numbers(sizes) === null) {
    return axes.map((axis, at) => ({
      axis,
      from: lengths[at]!,
      to: scaledDim(lengths[at]!, wanted[at]!),
      scale: wanted[at]!,
    }));
  }
  const ratios = wanted.map((size, at) => size / Number(lengths[at]));
  const policy = textAttribute(call, 'keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') {
    return axes.map((axis, at) => ({ axis, from: lengths[at]!, to: wanted[at]!, scale: ratios[at]! }));
  }
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return axes.map((axis, at) => ({ axis, from: lengths[at]!, to: Math.round(scale * Number(lengths[at])), scale }));
}

function scaledDim(from: Dim, scale: number): Dim {
  if (typeof from === 'number') return scaled(from, scale);
  if (!Number.isInteger(scale)) throw new GraphError(`The open dimension ${from} cannot be scaled by ${scale}.`);
  return multiplyDim(from, scale);
}

function interpolationOf(call: Call): Interpolation {
  return {
    mode: textAttribute(call, 'mode', 'nearest'),
    coordinates: textAttribute(call, 'coordinate_transformation_mode', call.opset < 11 ? 'asymmetric' : 'half_pixel'),
    nearest: textAttribute(call, 'nearest_mode', call.opset < 11 ? 'simple' : 'round_prefer_floor'),
    cubicCoefficient: numberAttribute(call, 'cubic_coeff_a', -0.75),
    excludeOutside: numberAttribute(call, 'exclude_outside', 0) === 1,
    antialias: numberAttribute(call, 'antialias', 0) === 1,
  };
}

export const Resize: OpDefinition = {
  type: 'Resize',
  infer: (call) => {
    const [x] = call.inputs;
    const resized = resizedAxes(call);
    if (resized === null) return [null];
    const shape = x!.shape.map((dim, axis) => resized.find((item) => item.axis === axis)?.to ?? dim);
    return [{ dtype: x!.dtype, shape }];
  },
  gradient: (node, [dy]) => [
    () => {
      const resized = resizedAxes(node);
      if (resized === null)
        throw new GraphError('Resize has no gradient where sizes are computed or a part is cropped.');
      return resized.reduce(
        (cotangent, item) => (item.from === item.to && item.scale === 1 ? cotangent : undoAxis(node, cotangent, item)),
        dy!,
      );
    },
  ],
  samples: {
    'to any size, linear': samples((random) => ({
      mode: 'linear',
      coordinates: random.pick(['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners']),
    })),
    'to any size, nearest': samples((random) => ({
      mode: 'nearest',
      coordinates: random.pick(['half_pixel', 'asymmetric', 'align_corners']),
      nearest: random.pick(['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']),
    })),
    'to any size, cubic': samples((random) => ({
      mode: 'cubic',
      coordinates: random.pick(['half_pixel', 'asymmetric', 'align_corners']),
      cubicCoefficient: random.pick([-0.5, -0.75]),
      excludeOutside: random.pick([false, true]),
    })),
    antialiased: samples((random) => ({
      mode: random.pick(['linear', 'cubic']),
      antialias: true,
      excludeOutside: random.pick([false, true]),
    })),
    'one axis of three': (random) => {
      const [axis, size] = [random.integer(0, 2), random.integer(2, 6)];
      return {
        inputs: [random.uniform([2, 3, 2])],
        build: (x) => resizeWith(x!, { sizes: [size] }, { mode: text('linear'), axes: ints([axis]) }),
      };
    },
    'by scales': (random) => {
      const scales = [1, 1, random.pick([0.6, 1.5, 2]), random.pick([0.75, 1.3, 2])];
      const mode = random.pick(['nearest', 'linear', 'cubic']);
      return {
        inputs: [random.uniform([1, 2, random.integer(2, 5), random.integer(2, 5)])],
        build: (x) => resizeWith(x!, { scales }, { mode: text(mode) }),
      };
    },
    'keeping the aspect ratio': (random) => {
      const sizes = [random.integer(2, 6), random.integer(2, 9)];
      const policy = random.pick(['not_larger', 'not_smaller']);
      return {
        inputs: [random.uniform([1, 2, 4, 6])],
        build: (x) =>
          resizeWith(
            x!,
            { sizes },
            { mode: text('linear'), axes: ints([2, 3]), keep_aspect_ratio_policy: text(policy) },
          ),
      };
    },
  },
};

/**
 * The cotangent of one axis’s operand: resizing is a product with a constant matrix M, so this is one with Mᵀ, or with
 * M's block for each group of places. The axes behind are taken as one, so that the product is over the last two.
 */
function undoAxis(node: Call, cotangent: Value, { axis, from, to, scale }: ResizedAxis): Value {
  if (typeof from !== 'number' || typeof to !== 'number') {
    throw new GraphError('Resize of an open dimension has no gradient.');
  }
  const numbers = interpolationMatrix({ from, to, scale }, interpolationOf(node));
  const { groups, rows, columns, block } = diagonalBlock(numbers, to, from);
  const matrix = cotangent.graph.constant(tensorOf(cotangent.dtype, [rows, columns], block));
  const { shape } = cotangent;
  const [before, behind] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const product =
    behind.length === 0
      ? matmul(reshape(cotangent, [...before, groups, rows]), matrix)
      : matmul(transposeLast(matrix), reshape(cotangent, [...before, groups, rows, sizeOf(behind)]));
  return reshape(product, [...before, from, ...behind]);
}

/** Samples of one kind of interpolation between sizes of 1 to 7. */
function samples(optionsOf: (random: SampleRandom) => ResizeOptions): SampleMaker {
  return (random) => {
    const size = (): number => random.integer(1, 7);
    const target = [size(), size()] as const;
    const options = optionsOf(random);
    return { inputs: [random.uniform([1, 2, size(), size()])], build: (x) => resize(x!, target, options) };
  };
}
