import type { Value } from '../../onnx/graph.ts';
import { gelu } from '../../onnx/ops/activations.ts';
import { add, div, mul, sqrt } from '../../onnx/ops/arithmetic.ts';
import { matmul, transposeLast } from '../../onnx/ops/matmul.ts';
import { reduceSumSquare } from '../../onnx/ops/reduce.ts';
import { softmax } from '../../onnx/ops/softmax.ts';
import { constantInit, ONES } from '../init.ts';
import { batchNorm, conv2d, dropPath, layerNorm, linear, mlp } from '../layers.ts';
import type { Scope } from '../scope.ts';
import { mergeHeads, projections, splitHeads, splitHeadsTransposed } from './attention.ts';
import { mapOfTokens, tokensOfMap } from './tokens.ts';
import { NORM_EPSILON } from './transformer-config.ts';

export interface XcitBlockOptions {
  readonly heads: number;
  readonly bias: boolean;
  /** Hidden width of the perceptron. */
  readonly hidden: number;
  /** What the factors of each branch start at. */
  readonly eta: number;
  readonly dropPathRate: number;
  /** Rows and columns of the patches. */
  readonly grid: readonly [number, number];
}

/** XCiT's block over N×P×D patches: attention between channels, a look at the neighbours, a perceptron. */
export function xcitBlock(scope: Scope, tokens: Value, options: XcitBlockOptions): Value {
  const branch = (index: number, x: Value, compute: (normed: Value) => Value): Value => {
    const normed = layerNorm(scope.at(`norm${index}`), x, NORM_EPSILON);
    const scaled = mul(compute(normed), layerScale(scope, `gamma${index}`, x, options.eta));
    return add(x, dropPath(scope, `drop_path${index}`, scaled, options.dropPathRate));
  };
  const mixed = branch(1, tokens, (x) => crossCovarianceAttention(scope.at('attn'), x, options));
  const local = branch(3, mixed, (x) => localPatchInteraction(scope.at('local_mp'), x, options.grid));
  return branch(2, local, (x) => mlp(scope.at('mlp'), x, options.hidden));
}

/** A learnt factor for each channel of a branch (Touvron et al. 2021). */
export const layerScale = (scope: Scope, name: string, x: Value, start: number): Value =>
  scope.parameter(name, [x.shape.at(-1) as number], constantInit(start));

/**
 * Cross-covariance attention (El-Nouby et al. 2021): the channels of a head attend to each other by the cosine of
 * queries and keys over all tokens, times a learnt temperature. The lengths divide the small D×D product.
 */
function crossCovarianceAttention(
  scope: Scope,
  x: Value,
  { heads, bias }: Pick<XcitBlockOptions, 'heads' | 'bias'>,
): Value {
  const temperature = scope.parameter('temperature', [heads, 1, 1], ONES);
  const [q, k, v] = projections(scope.at('qkv'), x, 3, { bias });
  const queries = splitHeadsTransposed(q!, heads);
  const keys = splitHeads(k!, heads);
  const lengths = mul(lengthAlong(queries, 3), lengthAlong(keys, 2));
  const weights = softmax(div(mul(matmul(queries, keys), temperature), lengths), -1);
  const channels = matmul(splitHeads(v!, heads), transposeLast(weights));
  return linear(scope.at('proj'), mergeHeads(channels), x.shape.at(-1) as number);
}

/** Euclidean length along an axis, which is kept; nowhere less than 1e-12. */
const lengthAlong = (x: Value, axis: number): Value => sqrt(add(reduceSumSquare(x, [axis], true), 1e-24));

/** Local patch interaction: two depth-wise 3×3 convolutions over the grid of patches. */
function localPatchInteraction(scope: Scope, x: Value, [rows, columns]: readonly [number, number]): Value {
  const width = x.shape.at(-1) as number;
  const depthwise = (name: string, map: Value): Value =>
    conv2d(scope.at(name), map, width, 3, { pads: 1, group: width });
  const map = gelu(depthwise('conv1', mapOfTokens(x, rows, columns)));
  return tokensOfMap(depthwise('conv2', batchNorm(scope.at('bn'), map)));
}
