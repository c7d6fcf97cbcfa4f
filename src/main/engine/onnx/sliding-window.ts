import { GraphError } from '../../../shared/errors.ts';
import { type Attributes, ints, listAttribute, textAttribute } from './attributes.ts';
import type { Value } from './graph.ts';
import type { Call } from './op.ts';
import { isStatic } from './shape.ts';

/** How a window slides over the spatial axes, those after batch and channels. */
export interface WindowOptions {
  /** One number for every spatial axis, or one an axis; so are `dilations`. */
  readonly strides?: number | readonly number[];
  readonly dilations?: number | readonly number[];
  /** One number for every border, or those before each axis and then those after: [top, left, bottom, right]. */
  readonly pads?: number | readonly number[];
}

/** A window with all its numbers worked out, an entry a spatial axis. */
export interface SlidingWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before each axis. */
  readonly begins: readonly number[];
  /** Padding after each axis. */
  readonly ends: readonly number[];
}

export const repeated = (value: number | readonly number[], count: number): readonly number[] =>
  typeof value === 'number' ? new Array<number>(count).fill(value) : value;

/** A window as the attributes that convolutions and pooling share. */
export function windowAttributes(kernel: readonly number[], { strides, dilations, pads }: WindowOptions): Attributes {
  const axes = kernel.length;
  return {
    kernel_shape: ints(kernel),
    ...(strides !== undefined && { strides: ints(repeated(strides, axes)) }),
    ...(dilations !== undefined && { dilations: ints(repeated(dilations, axes)) }),
    ...(pads !== undefined && { pads: ints(repeated(pads, 2 * axes)) }),
  };
}

/** The window as options again, for the builders that gradients call. */
export const optionsOf = ({ strides, dilations, begins, ends }: SlidingWindow): WindowOptions => ({
  strides,
  dilations,
  pads: [...begins, ...ends],
});

/** The sizes after batch and channels. Throws GraphError where one of them is open. */
export function spatialSizes(x: Value): readonly number[] {
  const sizes = x.shape.slice(2);
  if (isStatic(sizes)) return sizes;
  throw new GraphError(`“${x}” must have fixed sizes after batch and channels here.`);
}

/** How far the last element of a window lies from its first. */
export const reachOf = ({ kernel, dilations }: Pick<SlidingWindow, 'kernel' | 'dilations'>): readonly number[] =>
  kernel.map((size, axis) => dilations[axis]! * (size - 1));

/** A node's window over an image of these spatial sizes. Throws GraphError where its attributes do not fit the axes. */
export function windowOf(call: Call, kernel: readonly number[], image: readonly number[]): SlidingWindow {
  const { strides, dilations } = stepsOf(call, kernel);
  const padding = textAttribute(call, 'auto_pad', 'NOTSET');
  const window = { kernel, strides, dilations };
  if (padding !== 'SAME_UPPER' && padding !== 'SAME_LOWER') {
    const pads = listAttribute(call, 'pads', repeated(0, 2 * kernel.length));
    return { ...window, ...splitPads(padding === 'VALID' ? repeated(0, 2 * kernel.length) : pads, kernel.length) };
  }
  const reach = reachOf(window);
  const totals = image.map((size, axis) => {
    const positions = Math.ceil(size / strides[axis]!);
    return Math.max(0, (positions - 1) * strides[axis]! + reach[axis]! + 1 - size);
  });
  return { ...window, ...sharePads(totals, padding === 'SAME_UPPER') };
}

/** A node's strides and dilations. Throws GraphError unless there is one an axis and the kernel's rank is the image's. */
export function stepsOf(call: Call, kernel: readonly number[]): Pick<SlidingWindow, 'strides' | 'dilations'> {
  const axes = call.inputs[0]!.rank - 2;
  const strides = listAttribute(call, 'strides', repeated(1, axes));
  const dilations = listAttribute(call, 'dilations', repeated(1, axes));
  if ([kernel, strides, dilations].some((list) => list.length !== axes)) {
    throw new GraphError(`Kernel, strides and dilations need one number for each of ${axes} spatial axes.`);
  }
  return { strides, dilations };
}

/** A `pads` attribute as its two halves. */
export function splitPads(pads: readonly number[], axes: number): Pick<SlidingWindow, 'begins' | 'ends'> {
  if (pads.length !== 2 * axes) throw new GraphError(`pads need two numbers for each of ${axes} spatial axes.`);
  return { begins: pads.slice(0, axes), ends: pads.slice(axes) };
}

/** Padding shared between both sides of each axis, an odd rest at the end or at the beginning. */
export function sharePads(totals: readonly number[], restAtEnd: boolean): Pick<SlidingWindow, 'begins' | 'ends'> {
  const smaller = totals.map((total) => Math.floor(total / 2));
  const larger = totals.map((total, axis) => total - smaller[axis]!);
  return restAtEnd ? { begins: smaller, ends: larger } : { begins: larger, ends: smaller };
}

/**
 * At how many positions the window fits along each axis; with `partial`, a last one that overhangs the padded end
 * counts too, unless it begins beyond the image. Throws GraphError where it fits nowhere.
 */
export function positionsOf(window: SlidingWindow, image: readonly number[], partial = false): readonly number[] {
  const reach = reachOf(window);
  return image.map((size, axis) => {
    const [stride, begin] = [window.strides[axis]!, window.begins[axis]!];
    const room = (size + begin + window.ends[axis]! - reach[axis]! - 1) / stride;
    const last = partial ? Math.ceil(room) : Math.floor(room);
    const positions = (partial && last * stride >= size + begin ? last - 1 : last) + 1;
    if (positions >= 1) return positions;
    throw new GraphError(
      `A window of ${reach[axis]! + 1} does not fit ${size} with ${begin}+${window.ends[axis]} padding.`,
    );
  });
}

/** Every place within these sizes, such as a kernel’s, the last axis fastest. */
export const placesOf = (sizes: readonly number[]): readonly (readonly number[])[] =>
  sizes.reduce<readonly (readonly number[])[]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, offset) => [...place, offset])),
    [[]],
  );
