import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tensorflow } from '../load.ts';
import { type Convolution, convolve, imageGradient, kernelGradient } from './convolution.ts';
import { added, type Binary, leaky, multiplied, steps, subtracted } from './elementwise.ts';
import { addProduct, addRowProduct, type MatrixView, view } from './gemm.ts';

/** Computes a result, or null where the case is one of the others that only TensorFlow.js's own kernel covers. */
type Quick = (inputs: Record<string, Operand>, attributes: NamedAttrMap) => Result | null;

interface Operand {
  readonly shape: number[];
  readonly dtype: string;
  readonly data: Float32Array;
}

interface Result {
  readonly shape: number[];
  readonly data: Float32Array;
}

/**
 * Puts quicker kernels in the place of those of TensorFlow.js's CPU backend in which a step spends its time. Its own
 * for a convolution's derivative in the kernel takes a hundred times as long as the convolution.
 */
export function registerKernels(tf: Tensorflow): void {
  for (const [kernelName, quick] of Object.entries(quickKernels(tf))) {
    const own = tf.getKernel(kernelName, 'cpu').kernelFunc;
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel({ kernelName, backendName: 'cpu', kernelFunc: preferring(quick, own) });
  }
}

const preferring =
  (quick: Quick, own: KernelFunc): KernelFunc =>
  (call) => {
    const backend = call.backend as MathBackendCPU;
    const infos = Object.entries(call.inputs).map(([name, info]) => [name, info as TensorInfo] as const);
    if (infos.some(([, { dtype }]) => dtype !== 'float32')) return own(call);
    const operands = infos.map(([name, { shape, dtype, dataId }]) => {
      return [name, { shape, dtype, data: backend.data.get(dataId).values as Float32Array }] as const;
    });
    const found = quick(Object.fromEntries(operands), call.attrs ?? {});
    return found === null ? own(call) : backend.makeTensorInfo(found.shape, 'float32', found.data);
  };

const quickKernels = (tf: Tensorflow): Readonly<Record<string, Quick>> => ({
  Add: binary(added, true),
  Sub: binary(subtracted, false),
  Multiply: binary(multiplied, true),
  LeakyRelu: ({ x }, { alpha }) => ({ shape: x!.shape, data: leaky(x!.data, alpha as number) }),
  Step: ({ x }, { alpha }) => ({ shape: x!.shape, data: steps(x!.data, alpha as number) }),
  BatchMatMul: ({ a, b }, { transposeA, transposeB }) => product(a!, b!, transposeA as boolean, transposeB as boolean),
  Conv2D: ({ x, filter }, attributes) => {
    const found = convolution(tf, x!.shape, filter!.shape, attributes);
    return found && { shape: found.outShape, data: convolve(x!.data, filter!.data, found.conv) };
  },
  Conv2DBackpropInput: ({ dy, filter }, attributes) => {
    const shape = attributes.inputShape as number[];
    const found = convolution(tf, shape, filter!.shape, attributes);
    return found && { shape, data: imageGradient(dy!.data, filter!.data, found.conv) };
  },
  Conv2DBackpropFilter: ({ x, dy }, attributes) => {
    const shape = attributes.filterShape as number[];
    const found = convolution(tf, x!.shape, shape, attributes);
    return found && { shape, data: kernelGradient(x!.data, dy!.data, found.conv) };
  },
});

/** For operands of which the second, or where they may change places either, is repeated over leading axes. */
const binary =
  (compute: Binary, commutes: boolean): Quick =>
  ({ a, b }) => {
    if (isTail(b!.shape, a!.shape)) return { shape: a!.shape, data: compute(a!.data, b!.data) };
    if (commutes && isTail(a!.shape, b!.shape)) return { shape: b!.shape, data: compute(b!.data, a!.data) };
    return null;
  };

const isTail = (short: readonly number[], long: readonly number[]): boolean =>
  short.length <= long.length && short.every((dim, axis) => dim === long[axis + long.length - short.length]);

/** As a 32-bit number: sizes that were divided make loops over them slow. */
const whole = (size: number): number => size | 0;

/** Products of as many matrices as there are, or of all of one operand with the only one of the other. */
function product(a: Operand, b: Operand, flipA: boolean, flipB: boolean): Result | null {
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [countA, countB] = [countOf(outerA), countOf(outerB)];
  if (outerA.length !== outerB.length) return null;
  if (countA !== 1 && countB !== 1 && outerA.join() !== outerB.join()) return null;
  const [heightA, widthA] = a.shape.slice(-2).map(whole) as [number, number];
  const [heightB, widthB] = b.shape.slice(-2).map(whole) as [number, number];
  const [rows, depth] = flipA ? [widthA, heightA] : [heightA, widthA];
  const columns = flipB ? heightB : widthB;
  const count = Math.max(countA, countB);
  const data = new Float32Array(count * rows * columns);
  const flipped = (flip: boolean, values: Float32Array, start: number, width: number): MatrixView =>
    flip ? view(values, start, 1, width) : view(values, start, width, 1);
  for (let index = 0; index < count; index += 1) {
    const left = flipped(flipA, a.data, (countA === 1 ? 0 : index) * rows * depth, widthA);
    const right = flipped(flipB, b.data, (countB === 1 ? 0 : index) * depth * columns, widthB);
    const result = view(data, index * rows * columns, columns, 1);
    if (rows === 1 && !flipB) addRowProduct(columns, depth, left, right, result);
    else addProduct(rows, columns, depth, left, right, result);
  }
  return { shape: [...(countA === 1 ? outerB : outerA), rows, columns], data };
}

const countOf = (shape: readonly number[]): number => shape.reduce((total, dim) => total * dim, 1);

type ConvolutionShape = [number, number, number, number];

/** Sizes and padding; null for strides, dilations or layouts that the quick kernels do not have. */
function convolution(tf: Tensorflow, x: number[], filter: number[], attributes: NamedAttrMap) {
  const { strides, dilations = 1, pad, dataFormat, dimRoundingMode } = attributes;
  const found = tf.backend_util.computeConv2DInfo(
    x as ConvolutionShape,
    filter as ConvolutionShape,
    strides as number,
    dilations as number,
    pad as 'same',
    dimRoundingMode as 'floor' | undefined,
  );
  const isPlain = [found.strideHeight, found.strideWidth, found.dilationHeight, found.dilationWidth].every(
    (n) => n === 1,
  );
  if (!isPlain || dataFormat !== 'NHWC') return null;
  const conv: Convolution = {
    images: whole(found.batchSize),
    height: whole(found.inHeight),
    width: whole(found.inWidth),
    inputs: whole(found.inChannels),
    outputs: whole(found.outChannels),
    kernelHeight: whole(found.filterHeight),
    kernelWidth: whole(found.filterWidth),
    outHeight: whole(found.outHeight),
    outWidth: whole(found.outWidth),
    top: whole(found.padInfo.top),
    left: whole(found.padInfo.left),
  };
  return { conv, outShape: found.outShape };
}
