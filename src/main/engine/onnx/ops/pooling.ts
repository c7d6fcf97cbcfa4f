import { type Attributes, int, listAttribute, numberAttribute } from '../attributes.ts';
import { apply, type Node, scalarLike, type TensorType, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { type Dim, isStatic, multiplyDim, type Shape } from '../shape.ts';
import {
  placesOf,
  positionsOf,
  reachOf,
  repeated,
  type SlidingWindow,
  spatialSizes,
  type WindowOptions,
  windowAttributes,
  windowOf,
} from '../sliding-window.ts';
import { elementCount, tensorOf } from '../tensor.ts';
import { div, mul, sub } from './arithmetic.ts';
import { equal, indicator } from './comparison.ts';
import { imageCotangent, partsUnder } from './conv-gradient.ts';
import { reduceSum } from './reduce.ts';
import { expand, reshape, unsqueeze } from './shaping.ts';
import { concat } from './slicing.ts';

export interface PoolOptions extends WindowOptions {
  /** One number for every spatial axis, or one an axis. The strides are as wide where they are left out. */
  readonly kernel: number | readonly number[];
  /** Lets the last window overhang the padded end. */
  readonly ceilMode?: boolean;
}

export interface AveragePoolOptions extends PoolOptions {
  /** Counts the padding’s zeros as elements. */
  readonly countIncludePad?: boolean;
}

/** The greatest element under a window over N×C×spatial; the first of equal ones gets the gradient. */
export const maxPool = (x: Value, options: PoolOptions): Value => apply(MaxPool, [x], poolAttributes(x, options));

/** The mean of the elements under a window over N×C×spatial. */
export function averagePool(x: Value, { countIncludePad = false, ...options }: AveragePoolOptions): Value {
  return apply(AveragePool, [x], {
    ...poolAttributes(x, options),
    ...(countIncludePad && { count_include_pad: int(1) }),
  });
}

/** The mean over all spatial axes, which stay as axes of 1. */
export const globalAveragePool = (x: Value): Value => apply(GlobalAveragePool, [x]);

/** The greatest element over all spatial axes, which stay as axes of 1. Elements that tie share the gradient evenly. */
export const globalMaxPool = (x: Value): Value => apply(GlobalMaxPool, [x]);

const poolAttributes = (x: Value, { kernel, ceilMode = false, ...options }: PoolOptions): Attributes => ({
  ...windowAttributes(repeated(kernel, x.rank - 2), { strides: kernel, ...options }),
  ...(ceilMode && { ceil_mode: int(1) }),
});

/** Padding that no element is smaller than, in every floating-point type. */
const LOWEST = -65504;

const windowIn = (call: Call, image: readonly number[]): SlidingWindow =>
  windowOf(call, listAttribute(call, 'kernel_shape', []), image);

/** The shape of a pooling's result; null where a spatial size is open. */
function pooledShape(call: Call): Shape | null {
  const [batch, channels, ...image] = call.inputs[0]!.shape as readonly [Dim, Dim, ...Dim[]];
  if (!isStatic(image)) return null;
  const partial = numberAttribute(call, 'ceil_mode', 0) === 1;
  return [batch, channels, ...positionsOf(windowIn(call, image), image, partial)];
}

export const MaxPool: OpDefinition = {
  type: 'MaxPool',
  infer: (call) => {
    const [x] = call.inputs;
    const shape = pooledShape(call);
    if (shape === null) return [null, null].slice(0, call.outputCount);
    const types: readonly TensorType[] = [
      { dtype: x!.dtype, shape },
      { dtype: 'int64', shape },
    ];
    return types.slice(0, call.outputCount);
  },
  gradient: (node, [dy]) => [() => cotangentOfGreatest(node, dy!)],
  samples: {
    'windows side by side': (random) => ({
      inputs: [random.apart([2, 2, 4, 6])],
      build: (x) => maxPool(x!, { kernel: [2, 3] }),
    }),
    'windows that overlap': (random) => ({
      inputs: [random.apart([2, 2, 5, 6])],
      build: (x) => maxPool(x!, { kernel: 3, strides: random.integer(1, 2), pads: 1 }),
    }),
    'uneven padding and dilations': (random) => ({
      inputs: [random.apart([1, 2, 6, 7])],
      build: (x) => maxPool(x!, { kernel: 2, strides: [1, 2], dilations: [2, 3], pads: [1, 0, 0, 1] }),
    }),
    'a last window that overhangs': (random) => ({
      inputs: [random.apart([1, 2, random.integer(4, 7), 6])],
      build: (x) => maxPool(x!, { kernel: 3, strides: 2, pads: random.integer(0, 1), ceilMode: true }),
    }),
    'one spatial axis': (random) => ({
      inputs: [random.apart([2, 3, 7])],
      build: (x) => maxPool(x!, { kernel: 3, strides: 2 }),
    }),
  },
};

/**
 * dy at each window’s greatest element, the first of equal ones. Found by comparing rather than by MaxPool’s Indices,
 * which WebGPU does not compute; a convolution’s cotangent with a kernel of single ones brings the parts back.
 */
function cotangentOfGreatest({ inputs, outputs, ...node }: Node, dy: Value): Value {
  const [x, y] = [inputs[0]!, outputs[0]!];
  const [batch, channels, ...image] = x.staticShape as readonly [number, number, ...number[]];
  const window = windowIn({ inputs, ...node }, image);
  const positions = spatialSizes(dy);
  const reach = reachOf(window);
  const ends = window.ends.map((size, axis) => {
    const covered = window.strides[axis]! * (positions[axis]! - 1) + reach[axis]! + 1;
    return Math.max(size, covered - image[axis]! - window.begins[axis]!);
  });
  let unmet: Value | null = null;
  const shares = partsUnder(x, { ...window, ends }, positions, LOWEST).map((part) => {
    const greatest = indicator(equal(part, y), x);
    const first = unmet === null ? greatest : mul(greatest, unmet);
    unmet = sub(unmet ?? scalarLike(x, 1), first);
    return unsqueeze(mul(dy, first), [2]);
  });
  const places = elementCount(window.kernel);
  const ones = Array.from({ length: places * places }, (_, at) => (at % (places + 1) === 0 ? 1 : 0));
  const kernel = x.graph.constant(tensorOf(x.dtype, [places, 1, ...window.kernel], ones));
  const stacked = reshape(concat(shares, 2), [batch * channels, places, ...positions]);
  return reshape(imageCotangent(stacked, kernel, window, 1, image), x.shape);
}

export const AveragePool: OpDefinition = {
  type: 'AveragePool',
  infer: (call) => {
    const shape = pooledShape(call);
    return [shape && { dtype: call.inputs[0]!.dtype, shape }];
  },
  gradient: (node, [dy]) => [
    () => {
      const { dtype, graph, shape } = node.inputs[0]!;
      const image = spatialSizes(node.inputs[0]!);
      const window = windowIn(node, image);
      const positions = spatialSizes(dy!);
      const counts = countsOf(node, window, image, positions);
      const even = new Set(counts).size === 1;
      const weights = new Array<number>(elementCount(window.kernel)).fill(even ? 1 / counts[0]! : 1);
      const kernel = graph.constant(tensorOf(dtype, [1, 1, ...window.kernel], weights));
      const shares = even
        ? dy!
        : mul(
            dy!,
            graph.constant(
              tensorOf(
                dtype,
                positions,
                counts.map((count) => 1 / count),
              ),
            ),
          );
      const single = reshape(shares, [multiplyDim(shape[0]!, shape[1] as number), 1, ...positions]);
      return reshape(imageCotangent(single, kernel, window, 1, image), shape);
    },
  ],
  samples: {
    'windows side by side': (random) => ({
      inputs: [random.uniform([2, 2, 4, 6])],
      build: (x) => averagePool(x!, { kernel: [2, 3] }),
    }),
    'padding left out of the mean': (random) => ({
      inputs: [random.uniform([2, 2, 5, 6])],
      build: (x) => averagePool(x!, { kernel: 3, strides: random.integer(1, 2), pads: [1, 0, 1, 1] }),
    }),
    'padding counted': (random) => ({
      inputs: [random.uniform([2, 2, 5, 6])],
      build: (x) => averagePool(x!, { kernel: 3, strides: random.integer(1, 3), pads: 1, countIncludePad: true }),
    }),
    'a last window that overhangs': (random) => ({
      inputs: [random.uniform([1, 2, random.integer(4, 7), 6])],
      build: (x) => averagePool(x!, { kernel: 3, strides: 2, pads: random.integer(0, 1), ceilMode: true }),
    }),
    'a last window that overhangs counted padding': (random) => ({
      inputs: [random.uniform([1, 2, random.integer(4, 7), 6])],
      build: (x) => averagePool(x!, { kernel: 3, strides: 2, pads: 1, ceilMode: true, countIncludePad: true }),
    }),
    dilations: (random) => ({
      inputs: [random.uniform([1, 2, 6, 5])],
      build: (x) => averagePool(x!, { kernel: 2, strides: 1, dilations: 2, pads: random.integer(0, 1) }),
    }),
  },
};

/** How many elements each position's mean is over. */
function countsOf(
  call: Call,
  { strides, dilations, begins, ends, kernel }: SlidingWindow,
  image: readonly number[],
  positions: readonly number[],
): readonly number[] {
  const padded = numberAttribute(call, 'count_include_pad', 0) === 1;
  return placesOf(positions).map((position) =>
    position.reduce((product, at, axis) => {
      const first = at * strides[axis]! - begins[axis]!;
      const [low, high] = padded ? [-begins[axis]!, image[axis]! + ends[axis]!] : [0, image[axis]!];
      const places = Array.from({ length: kernel[axis]! }, (_, offset) => first + offset * dilations[axis]!);
      return product * places.filter((place) => place >= low && place < high).length;
    }, 1),
  );
}

const inferGlobal = ({ inputs: [x] }: Call): readonly TensorType[] => [
  { dtype: x!.dtype, shape: x!.shape.map((dim, axis) => (axis < 2 ? dim : 1)) },
];

export const GlobalAveragePool: OpDefinition = {
  type: 'GlobalAveragePool',
  infer: inferGlobal,
  gradient: ({ inputs: [x] }, [dy]) => [() => expand(mul(dy!, 1 / elementCount(spatialSizes(x!))), x!.shape)],
  samples: {
    images: (random) => ({ inputs: [random.uniform([2, 3, 2, 4])], build: (x) => globalAveragePool(x!) }),
  },
};

export const GlobalMaxPool: OpDefinition = {
  type: 'GlobalMaxPool',
  infer: inferGlobal,
  gradient: ({ inputs: [x], outputs: [y] }, [dy]) => [
    () => {
      const hits = indicator(equal(x!, y!), x!);
      const axes = spatialSizes(x!).map((_, axis) => axis + 2);
      return mul(hits, div(dy!, reduceSum(hits, axes, true)));
    },
  ],
  samples: {
    images: (random) => ({ inputs: [random.apart([2, 3, 2, 4])], build: (x) => globalMaxPool(x!) }),
  },
};
