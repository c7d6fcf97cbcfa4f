import { GraphError } from '../../../../shared/errors.ts';
import { type Attributes, int, ints, listAttribute, numberAttribute, text, textAttribute } from '../attributes.ts';
import { apply, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import type { SampleMaker } from '../sample.ts';
import { type Dim, isStatic } from '../shape.ts';
import {
  optionsOf,
  positionsOf,
  reachOf,
  repeated,
  type SlidingWindow,
  sharePads,
  spatialSizes,
  splitPads,
  stepsOf,
  type WindowOptions,
  windowAttributes,
  windowOf,
} from '../sliding-window.ts';
import { elementCount } from '../tensor.ts';
import { imageCotangent, kernelCotangent } from './conv-gradient.ts';
import { reduceSum } from './reduce.ts';
import { slice } from './slicing.ts';

export interface ConvOptions extends WindowOptions {
  /** How many independent convolutions the channels are divided into. */
  readonly group?: number;
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns added at the end, to tell apart the sizes that strides make one: one number, or one an axis. */
  readonly outputPadding?: number | readonly number[];
}

/**
 * The cross-correlation of an N×C×spatial image with an M×(C/group)×spatial kernel, plus a bias of M; padding is
 * zeros. Throws GraphError where channels, groups or sizes do not fit.
 */
export function conv(x: Value, w: Value, b: Value | null = null, { group = 1, ...options }: ConvOptions = {}): Value {
  return withBias(Conv, x, w, b, { ...windowAttributes(spatialSizes(w), options), group: int(group) });
}

/**
 * The transpose of a convolution: from N×C×spatial, by a C×(M/group)×spatial kernel, to N×M×spatial plus a bias of M.
 * Throws GraphError where channels, groups or sizes do not fit.
 */
export function convTranspose(
  x: Value,
  w: Value,
  b: Value | null = null,
  { group = 1, outputPadding = 0, ...options }: ConvTransposeOptions = {},
): Value {
  const kernel = spatialSizes(w);
  return withBias(ConvTranspose, x, w, b, {
    ...windowAttributes(kernel, options),
    group: int(group),
    output_padding: ints(repeated(outputPadding, kernel.length)),
  });
}

const withBias = (op: OpDefinition, x: Value, w: Value, b: Value | null, attributes: Attributes): Value =>
  apply(op, b === null ? [x, w] : [x, w, b], attributes);

const groupOf = (call: Call): number => numberAttribute(call, 'group', 1);

/** Throws GraphError unless image and bias fit the kernel, which is for `channels` and makes `outputs`. */
function checkOperands(call: Call, channels: number, outputs: Dim): void {
  const [x, w, b] = call.inputs;
  const group = groupOf(call);
  if (x!.rank < 3 || x!.rank !== w!.rank) {
    throw new GraphError('Image and kernel must have the same rank: batch, channels and at least one spatial axis.');
  }
  if (x!.shape[1] !== channels) {
    throw new GraphError(`The kernel is for ${channels} channels in ${group} groups; the image has ${x!.shape[1]}.`);
  }
  if (w!.staticShape[0]! % group !== 0) {
    throw new GraphError(`${w!.shape[0]} kernels do not divide into ${group} groups.`);
  }
  if (b && (b.rank !== 1 || b.shape[0] !== outputs)) throw new GraphError(`The bias must be [${outputs}].`);
}

/** What a bias of one number a channel gets back. */
const biasCotangent = (dy: Value): Value =>
  reduceSum(
    dy,
    dy.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])),
  );

/** A case with these shapes and attributes; a bias of 0 channels is none. */
const sampleOf =
  (
    op: () => OpDefinition,
    image: readonly number[],
    kernel: readonly number[],
    bias: number,
    attributes: Attributes = {},
  ): SampleMaker =>
  (random) => ({
    inputs: [random.uniform(image), random.uniform(kernel), ...(bias > 0 ? [random.uniform([bias])] : [])],
    build: (x, w, b) => withBias(op(), x!, w!, b ?? null, attributes),
  });

export const Conv: OpDefinition = {
  type: 'Conv',
  infer: (call) => {
    const [x, w] = call.inputs;
    const [outputs, perGroup, ...kernel] = w!.staticShape;
    checkOperands(call, perGroup! * groupOf(call), outputs!);
    const image = x!.shape.slice(2);
    if (!isStatic(image)) return [null];
    const positions = positionsOf(windowOf(call, kernel, image), image);
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, outputs!, ...positions] }];
  },
  multiplyAdds: ({ inputs: [, w], outputs: [y] }) =>
    elementCount(y!.staticShape) * elementCount(w!.staticShape.slice(1)),
  gradient: (node, [dy]) => {
    const [x, w, b] = node.inputs;
    const group = groupOf(node);
    const window = (): SlidingWindow => windowOf(node, spatialSizes(w!), spatialSizes(x!));
    return [
      () => imageCotangent(dy!, w!, window(), group, spatialSizes(x!)),
      () => kernelCotangent(x!, dy!, window(), group),
      b ? () => biasCotangent(dy!) : null,
    ];
  },
  samples: {
    'strides, dilations and uneven padding': (random) => {
      const [kernel, strides, dilations] = [3, 3, 2].map((most) => [random.integer(1, most), random.integer(1, most)]);
      const pads = [0, 1, 2, 3].map(() => random.integer(0, 2));
      return {
        inputs: [random.uniform([2, 2, 5, 6]), random.uniform([3, 2, ...kernel!]), random.uniform([3])],
        build: (x, w, b) => conv(x!, w!, b!, { strides: strides!, dilations: dilations!, pads }),
      };
    },
    groups: (random) => ({
      inputs: [random.uniform([2, 4, 4, 3]), random.uniform([6, 2, 2, 2])],
      build: (x, w) => conv(x!, w!, null, { group: 2, pads: 1, strides: random.pick([1, 2]) }),
    }),
    'one kernel a channel': (random) => ({
      inputs: [random.uniform([2, 3, 4, 4]), random.uniform([3, 1, 3, 3]), random.uniform([3])],
      build: (x, w, b) => conv(x!, w!, b!, { group: 3, pads: 1 }),
    }),
    'a large kernel': (random) => ({
      inputs: [random.uniform([2, 2, 6, 7]), random.uniform([2, 2, 5, 4])],
      build: (x, w) => conv(x!, w!, null, { pads: [2, 1, 2, 2], strides: [random.integer(1, 2), 2] }),
    }),
    'a large kernel to fewer channels': (random) => ({
      inputs: [random.uniform([2, 3, 6, 7]), random.uniform([2, 3, 5, 4])],
      build: (x, w) => conv(x!, w!, null, { pads: [0, 1, 2, 3].map((at) => random.integer(0, at % 2 === 0 ? 4 : 3)) }),
    }),
    'a large kernel in groups': (random) => ({
      inputs: [random.uniform([2, 4, 9, 5]), random.uniform([4, 2, 5, 4])],
      build: (x, w) => conv(x!, w!, null, { group: 2, dilations: [2, 1], strides: random.integer(1, 3) }),
    }),
    'padding wider than the kernel': sampleOf(() => Conv, [1, 2, 3, 3], [2, 2, 2, 1], 0, { pads: ints([3, 1, 2, 1]) }),
    'one spatial axis': sampleOf(() => Conv, [2, 3, 7], [4, 3, 3], 4, { strides: ints([2]), pads: ints([1, 0]) }),
    'three spatial axes': sampleOf(() => Conv, [1, 2, 3, 4, 3], [2, 2, 2, 2, 2], 2),
    'padded to the same size, more at the end': sampleOf(() => Conv, [1, 2, 5, 6], [2, 2, 2, 3], 0, {
      auto_pad: text('SAME_UPPER'),
      strides: ints([2, 2]),
    }),
    'padded to the same size, more at the beginning': sampleOf(() => Conv, [1, 2, 5, 6], [2, 2, 4, 2], 0, {
      auto_pad: text('SAME_LOWER'),
    }),
    'not padded': sampleOf(() => Conv, [1, 2, 4, 4], [2, 2, 3, 3], 0, { auto_pad: text('VALID') }),
  },
};

/** The window of the convolution that a node transposes, and the spatial sizes that come out. */
function transposedLayout(
  call: Call,
  kernel: readonly number[],
  positions: readonly number[],
): { readonly window: SlidingWindow; readonly image: readonly number[] } {
  const axes = kernel.length;
  const { strides, dilations } = stepsOf(call, kernel);
  const added = listAttribute(call, 'output_padding', repeated(0, axes));
  const reach = reachOf({ kernel, dilations });
  const whole = positions.map((count, axis) => strides[axis]! * (count - 1) + reach[axis]! + 1 + added[axis]!);
  const padding = textAttribute(call, 'auto_pad', 'NOTSET');
  const same = padding === 'SAME_UPPER' || padding === 'SAME_LOWER';
  const wanted = listAttribute(
    call,
    'output_shape',
    same ? positions.map((count, axis) => count * strides[axis]!) : null,
  );
  const pads = padding === 'VALID' ? repeated(0, 2 * axes) : listAttribute(call, 'pads', repeated(0, 2 * axes));
  const totals = wanted?.slice(-axes).map((size, axis) => Math.max(0, whole[axis]! - size));
  const { begins, ends } = totals ? sharePads(totals, padding === 'SAME_UPPER') : splitPads(pads, axes);
  const image = whole.map((size, axis) => size - begins[axis]! - ends[axis]!);
  if (image.some((size) => size < 1)) throw new GraphError('The padding is larger than the image.');
  return { window: { kernel, strides, dilations, begins, ends }, image };
}

export const ConvTranspose: OpDefinition = {
  type: 'ConvTranspose',
  infer: (call) => {
    const [x, w] = call.inputs;
    const [channels, perGroup, ...kernel] = w!.staticShape;
    const outputs = perGroup! * groupOf(call);
    checkOperands(call, channels!, outputs);
    const positions = x!.shape.slice(2);
    if (!isStatic(positions)) return [null];
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, outputs, ...transposedLayout(call, kernel, positions).image] }];
  },
  multiplyAdds: ({ inputs: [x, w] }) => elementCount(x!.staticShape) * elementCount(w!.staticShape.slice(1)),
  gradient: (node, [dy]) => {
    const [x, w, b] = node.inputs;
    const group = groupOf(node);
    const window = (): SlidingWindow => transposedLayout(node, spatialSizes(w!), spatialSizes(x!)).window;
    return [
      () => firstPositions(conv(dy!, w!, null, { ...optionsOf(window()), group }), spatialSizes(x!)),
      () => kernelCotangent(dy!, x!, window(), group),
      b ? () => biasCotangent(dy!) : null,
    ];
  },
  samples: {
    'strides, dilations and uneven padding': (random) => {
      const [kernel, strides, dilations] = [3, 2, 2].map((most) => [random.integer(2, most), random.integer(1, most)]);
      const pads = [0, 1, 2, 3].map(() => random.integer(0, 1));
      return {
        inputs: [random.uniform([2, 3, 3, 4]), random.uniform([3, 2, ...kernel!]), random.uniform([2])],
        build: (x, w, b) => convTranspose(x!, w!, b!, { strides: strides!, dilations: dilations!, pads }),
      };
    },
    'rows added at the end': (random) => ({
      inputs: [random.uniform([2, 2, 3, 2]), random.uniform([2, 2, 3, 2])],
      build: (x, w) => convTranspose(x!, w!, null, { strides: [3, 2], pads: 1, outputPadding: [2, 1] }),
    }),
    groups: (random) => ({
      inputs: [random.uniform([2, 4, 3, 3]), random.uniform([4, 3, 2, 2]), random.uniform([6])],
      build: (x, w, b) => convTranspose(x!, w!, b!, { group: 2, strides: 2, pads: random.integer(0, 1) }),
    }),
    'a large kernel': (random) => ({
      inputs: [random.uniform([2, 2, 3, 4]), random.uniform([2, 2, 5, 4])],
      build: (x, w) => convTranspose(x!, w!, null, { pads: [2, 1, 1, 2], strides: [random.integer(1, 2), 2] }),
    }),
    'a wanted size': sampleOf(() => ConvTranspose, [1, 2, 3, 3], [2, 2, 3, 3], 0, {
      output_shape: ints([6, 5]),
      strides: ints([2, 2]),
    }),
    'the size times the strides': sampleOf(() => ConvTranspose, [1, 2, 3, 3], [2, 2, 4, 3], 0, {
      auto_pad: text('SAME_UPPER'),
      strides: ints([2, 2]),
    }),
    'one spatial axis': sampleOf(() => ConvTranspose, [2, 3, 4], [3, 2, 3], 2, { strides: ints([2]) }),
  },
};

/** Positions beyond those of the transposed image come from an output padding as wide as the stride: nothing flows. */
function firstPositions(x: Value, positions: readonly number[]): Value {
  if (spatialSizes(x).every((size, axis) => size === positions[axis])) return x;
  const axes = positions.map((_, axis) => axis + 2);
  return slice(x, { axes, starts: axes.map(() => 0), ends: positions });
}
