import type { Value } from '../../onnx/graph.ts';
import { leakyRelu, prelu } from '../../onnx/ops/activations.ts';
import { add, mul } from '../../onnx/ops/arithmetic.ts';
import { convTranspose } from '../../onnx/ops/conv.ts';
import { reduceSum } from '../../onnx/ops/reduce.ts';
import { reshape, unsqueeze } from '../../onnx/ops/shaping.ts';
import { concat } from '../../onnx/ops/slicing.ts';
import { softmax } from '../../onnx/ops/softmax.ts';
import { constantInit, fanInUniform } from '../init.ts';
import { conv2d } from '../layers.ts';
import type { Scope } from '../scope.ts';

const SLOPE = 0.2;
/** The block goes up to eight times the size of the features and back. */
const PROJECTION = { kernel: 12, strides: 8, pads: 2 } as const;

/** Entry 0 a convolution that keeps the size, entry 1 a PReLU of one slope. */
export function convPrelu(scope: Scope, x: Value, outputs: number, kernel: number): Value {
  return onePrelu(scope, conv2d(scope.at(0), x, outputs, kernel, { pads: kernel >> 1 }));
}

/** Entry 0 a transposed convolution, entry 1 a PReLU of one slope. */
export function deconvPrelu(
  scope: Scope,
  x: Value,
  outputs: number,
  { kernel, strides, pads }: { readonly kernel: number; readonly strides: number; readonly pads: number },
): Value {
  const inputs = x.shape[1] as number;
  const init = fanInUniform(outputs * kernel * kernel);
  const weight = scope.at(0).parameter('weight', [inputs, outputs, kernel, kernel], init);
  const bias = scope.at(0).parameter('bias', [outputs], init);
  return onePrelu(scope, convTranspose(x, weight, bias, { strides, pads }));
}

const onePrelu = (scope: Scope, x: Value): Value => prelu(x, scope.at(1).parameter('weight', [1], constantInit(SLOPE)));

/**
 * The feedback block of SRFBN (Li et al., CVPR 2019) as DIC uses it: `groups` dense up and down projections of
 * N×F×h×w features. `x` has passed the block's own compress_in.
 */
export function feedbackProjections(scope: Scope, x: Value, groups: number): Value {
  const features = x.shape[1] as number;
  const low: Value[] = [x];
  const high: Value[] = [];
  for (let group = 0; group < groups; group += 1) {
    high.push(deconvPrelu(scope.at('upBlocks').at(group), joined(scope, 'uptranBlocks', low), features, PROJECTION));
    const down = scope.at('downBlocks').at(group);
    const source = joined(scope, 'downtranBlocks', high);
    low.push(onePrelu(down, conv2d(down.at(0), source, features, PROJECTION.kernel, PROJECTION)));
  }
  return convPrelu(scope.at('compress_out'), concat(low.slice(1), 1), features, 1);
}

/** All features so far in as many channels as one of them has. */
function joined(scope: Scope, name: string, parts: readonly Value[]): Value {
  if (parts.length === 1) return parts[0]!;
  const features = parts[0]!.shape[1] as number;
  return convPrelu(scope.at(name).at(parts.length - 2), concat(parts, 1), features, 1);
}

/** Features seen through the landmarks: a branch of residual blocks a heatmap, weighed by the heatmaps' softmax. */
export function fuseHeatmaps(scope: Scope, x: Value, heatmaps: Value, blocks: number): Value {
  const [batch, features, height, width] = x.shape;
  const maps = heatmaps.shape[1] as number;
  const wide = maps * (features as number);
  let y = leakyRelu(conv2d(scope.at('conv_in').at(0), x, wide, 1), SLOPE);
  for (let block = 0; block < blocks; block += 1) {
    const residual = scope.at('resnet').at(block).at('res');
    const inner = leakyRelu(conv2d(residual.at(0), y, wide, 3, { pads: 1, group: maps }), SLOPE);
    y = add(y, conv2d(residual.at(2), inner, wide, 3, { pads: 1, group: maps }));
  }
  const branches = reshape(y, [batch!, maps, features!, height!, width!]);
  return reduceSum(mul(branches, unsqueeze(softmax(heatmaps, 1), [2])), [1]);
}
