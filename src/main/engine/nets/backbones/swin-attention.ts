import type { Value } from '../../onnx/graph.ts';
import { add, mul } from '../../onnx/ops/arithmetic.ts';
import { gather } from '../../onnx/ops/gathering.ts';
import { matmul, transposeLast } from '../../onnx/ops/matmul.ts';
import { padAxis } from '../../onnx/ops/padding.ts';
import { reshape, transpose } from '../../onnx/ops/shaping.ts';
import { split } from '../../onnx/ops/slicing.ts';
import { softmax } from '../../onnx/ops/softmax.ts';
import type { Dim } from '../../onnx/shape.ts';
import { int64List } from '../../onnx/tensor.ts';
import { truncatedNormal, ZEROS } from '../init.ts';
import { project } from '../layers.ts';
import type { Scope } from '../scope.ts';
import { areaOf, relativePositionIndex, shiftMask, tokensInWindows, type Windowing } from './swin-windows.ts';

export interface WindowAttentionOptions {
  readonly heads: number;
  readonly windowing: Windowing;
}

/**
 * Multi-head self-attention within (shifted) windows, with relative position bias (Liu et al. 2021): N×L×C tokens of
 * a map to as many. Rolling the map, cutting it into windows and parting the heads are one Gather of rows; so is
 * undoing all three.
 */
export function windowAttention(scope: Scope, x: Value, { heads, windowing }: WindowAttentionOptions): Value {
  const [batch, tokens, width] = x.shape as readonly [Dim, number, number];
  const { queries, keys, values, valueBias } = queriesKeysValues(scope.at('qkv'), x, heads);
  const size = areaOf(windowing.window);
  const order = rowsInWindows(tokensInWindows(windowing), heads, size);
  const places = x.graph.constant({ ...int64List(order), shape: [order.length / (heads * size), heads, size] });
  const beyond = order.length - tokens * heads;
  const inWindows = (value: Value): Value =>
    gather(padAxis(reshape(value, [batch, tokens * heads, width / heads]), 1, 0, beyond), places, 1);
  const scores = matmul(inWindows(queries), transposeLast(inWindows(keys)));
  const weights = softmax(add(scores, scoreBias(scope, heads, windowing)), -1);
  const found = reshape(matmul(weights, inWindows(values)), [batch, order.length, width / heads]);
  const joined = reshape(gather(found, placesOf(order, tokens * heads), 1), [batch, tokens, width]);
  const at = scope.at('proj');
  const weight = transpose(at.parameter('weight', [width, width], truncatedNormal()), [1, 0]);
  const carried = reshape(matmul(reshape(valueBias, [1, width]), weight), [width]);
  return project(joined, weight, add(at.parameter('bias', [width], ZEROS), carried));
}

/**
 * The three projections N×L×C, queries scaled by 1 ÷ √(width of a head) in their weights. A softmax does not change
 * when a whole row of scores is raised, so the keys' bias is left out; its rows sum to 1, so the values' bias passes
 * through the attention as it is and is left to be added behind it.
 */
function queriesKeysValues(scope: Scope, x: Value, heads: number) {
  const width = x.shape.at(-1) as number;
  const parts = [width, width, width];
  const [query, key, value] = split(scope.parameter('weight', [3 * width, width], truncatedNormal()), parts, 0);
  const [queryBias, , valueBias] = split(scope.parameter('bias', [3 * width], ZEROS), parts, 0);
  const scale = Math.sqrt(heads / width);
  const by = (weight: Value, bias: Value | null): Value => project(x, transpose(weight, [1, 0]), bias);
  return {
    queries: by(mul(query!, scale), mul(queryBias!, scale)),
    keys: by(key!, null),
    values: by(value!, null),
    valueBias: valueBias!,
  };
}

/** The rows of N×(L·heads)×d that the windows hold: window after window, in it head after head, in it its tokens. */
function rowsInWindows(tokens: readonly number[], heads: number, size: number): readonly number[] {
  return Array.from({ length: tokens.length * heads }, (_, at) => {
    const [window, head, place] = [Math.floor(at / (heads * size)), Math.floor(at / size) % heads, at % size];
    return tokens[window * size + place]! * heads + head;
  });
}

/** Undoes `rowsInWindows`: at which place each of the first `count` rows stands. */
function placesOf(order: readonly number[], count: number): readonly number[] {
  const places = new Array<number>(count);
  for (const [place, row] of order.entries()) if (row < count) places[row] = place;
  return places;
}

/** What is added to the scores: [heads, T, T] of relative positions, with the shift's mask [windows, heads, T, T]. */
function scoreBias(scope: Scope, heads: number, windowing: Windowing): Value {
  const { window } = windowing;
  const size = areaOf(window);
  const positions = (2 * window[0] - 1) * (2 * window[1] - 1);
  const table = scope.parameter('relative_position_bias_table', [positions, heads], truncatedNormal());
  const pairs = { ...int64List(relativePositionIndex(window)), shape: [size, size] };
  const bias = gather(transpose(table, [1, 0]), scope.graph.constant(pairs), 1);
  const mask = shiftMask(windowing);
  if (mask === null) return bias;
  const windows = mask.length / (size * size);
  return add(bias, scope.graph.constant({ dtype: 'float32', shape: [windows, 1, size, size], data: mask }));
}
