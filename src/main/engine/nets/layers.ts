import type { Value } from '../onnx/graph.ts';
import { gelu } from '../onnx/ops/activations.ts';
import { add, mul } from '../onnx/ops/arithmetic.ts';
import { type ConvOptions, conv } from '../onnx/ops/conv.ts';
import { layerNormalization } from '../onnx/ops/layer-normalization.ts';
import { gemm, matmul } from '../onnx/ops/matmul.ts';
import { batchNormalization, batchNormalizationTraining } from '../onnx/ops/normalization.ts';
import { reduceSum } from '../onnx/ops/reduce.ts';
import { reshape, transpose } from '../onnx/ops/shaping.ts';
import { fanInUniform, type Init, ONES, truncatedNormal, ZEROS } from './init.ts';
import type { Scope } from './scope.ts';

export interface LinearOptions {
  readonly bias?: boolean;
  readonly init?: Init;
  readonly biasInit?: Init;
}

/** x · weightᵀ + bias over the last axis; `weight` is out×in, as PyTorch stores it. */
export function linear(scope: Scope, x: Value, outputs: number, options: LinearOptions = {}): Value {
  const inputs = x.shape.at(-1) as number;
  const weight = scope.parameter('weight', [outputs, inputs], options.init ?? truncatedNormal());
  const bias = options.bias === false ? null : scope.parameter('bias', [outputs], options.biasInit ?? ZEROS);
  return project(x, transpose(weight, [1, 0]), bias);
}

/**
 * x · weight + bias over the last axis, `weight` in×out. The product is of two matrices, and the bias is added behind
 * its Reshape: beside it, ONNX Runtime would make a Gemm of the two, which first copies the bias to every row, and
 * no BiasGelu of the sum and a GELU after it.
 */
export function project(x: Value, weight: Value, bias: Value | null): Value {
  if (x.rank === 2) return bias === null ? matmul(x, weight) : gemm(x, weight, bias);
  const [inputs, outputs] = weight.shape;
  const product = reshape(matmul(reshape(x, [-1, inputs!]), weight), [...x.shape.slice(0, -1), outputs!]);
  return bias === null ? product : add(product, bias);
}

export interface Conv2dOptions extends ConvOptions {
  readonly bias?: boolean;
  /** Channels of the kernel, the image's when left out. An image of one channel stands for so many that are alike. */
  readonly inputs?: number;
  /** How the kernel starts; the bias then starts at zero. PyTorch's start of both when left out. */
  readonly init?: (fanIn: number) => Init;
}

/** A 2-D convolution of an N×C×H×W tensor with a square or h×w kernel. */
export function conv2d(
  scope: Scope,
  x: Value,
  outputs: number,
  kernel: number | readonly [number, number],
  { bias = true, inputs: channels = x.shape[1] as number, init, ...options }: Conv2dOptions = {},
): Value {
  const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  const inputs = channels / (options.group ?? 1);
  const fanIn = inputs * height * width;
  const weight = scope.parameter('weight', [outputs, inputs, height, width], (init ?? fanInUniform)(fanIn));
  const fitting = x.shape[1] === channels ? weight : reduceSum(weight, [1], true);
  return conv(
    x,
    fitting,
    bias ? scope.parameter('bias', [outputs], init ? ZEROS : fanInUniform(fanIn)) : null,
    options,
  );
}

/** Batch normalisation over channels (axis 1), PyTorch's defaults; in training its running statistics are updated. */
export function batchNorm(scope: Scope, x: Value, epsilon = 1e-5, momentum = 0.1): Value {
  const channels = [x.shape[1] as number];
  const scale = scope.parameter('weight', channels, ONES);
  const bias = scope.parameter('bias', channels, ZEROS);
  const mean = scope.buffer('running_mean', channels, ZEROS);
  const variance = scope.buffer('running_var', channels, ONES);
  if (!scope.training) return batchNormalization(x, scale, bias, mean, variance, { epsilon });
  const normalised = batchNormalizationTraining(x, scale, bias, mean, variance, { epsilon, momentum });
  scope.update('running_mean', normalised.runningMean);
  scope.update('running_var', normalised.runningVariance);
  return normalised.output;
}

/** Layer normalisation over the last axis. */
export function layerNorm(scope: Scope, x: Value, epsilon = 1e-5): Value {
  const width = [x.shape.at(-1) as number];
  return layerNormalization(x, scope.parameter('weight', width, ONES), scope.parameter('bias', width, ZEROS), {
    epsilon,
  });
}

/** Dropout of single elements with probability `rate`, in training only. */
export function dropout(scope: Scope, name: string, x: Value, rate: number): Value {
  if (!scope.training || rate === 0) return x;
  return mul(x, scope.mask(name, x.staticShape, 1 - rate));
}

/** Stochastic depth (Huang et al. 2016): a face's whole branch is left out with probability `rate`, in training only. */
export function dropPath(scope: Scope, name: string, branch: Value, rate: number): Value {
  if (!scope.training || rate === 0) return branch;
  const shape = branch.staticShape.map((dim, axis) => (axis === 0 ? dim : 1));
  return mul(branch, scope.mask(name, shape, 1 - rate));
}

/** The transformer's two-layer perceptron: fc1, GELU, fc2 under timm's names. */
export function mlp(scope: Scope, x: Value, hidden: number): Value {
  const width = x.shape.at(-1) as number;
  return linear(scope.at('fc2'), gelu(linear(scope.at('fc1'), x, hidden)), width);
}
