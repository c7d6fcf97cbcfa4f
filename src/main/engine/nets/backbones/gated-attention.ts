import type { Value } from '../../onnx/graph.ts';
import { sigmoid } from '../../onnx/ops/activations.ts';
import { add, mul, sub } from '../../onnx/ops/arithmetic.ts';
import { matmul } from '../../onnx/ops/matmul.ts';
import { reshape } from '../../onnx/ops/shaping.ts';
import { softmax } from '../../onnx/ops/softmax.ts';
import { type TensorData, tensorOf } from '../../onnx/tensor.ts';
import { type Init, ONES, ZEROS } from '../init.ts';
import { linear } from '../layers.ts';
import type { Scope } from '../scope.ts';
import { attend, attentionScale, attentionWeights, projections } from './attention.ts';

export interface GatedAttentionOptions {
  readonly heads: number;
  readonly bias: boolean;
  readonly localityStrength: number;
  /** What `relativePositions` gave for the tokens' grid. */
  readonly relative: Value;
}

/**
 * Gated positional self-attention of ConViT (d'Ascoli et al. 2021) over N×P×D patches: each head mixes attention by
 * content with attention by relative position, σ(gating_param) of the latter. Both sum to 1, so the mixture does too.
 */
export function gatedAttention(
  scope: Scope,
  x: Value,
  { heads, bias, localityStrength, relative }: GatedAttentionOptions,
): Value {
  const [, count, width] = x.shape as readonly [Value['shape'][number], number, number];
  const [q, k] = projections(scope.at('qk'), x, 2, { bias, scale: attentionScale(width, heads) });
  const v = linear(scope.at('v'), x, width, { bias, init: identityInit(width) });
  const position = scope.at('pos_proj');
  const slopes = position.parameter('weight', [heads, 3], localInit(heads, localityStrength));
  const offsets = reshape(position.parameter('bias', [heads], ZEROS), [heads, 1]);
  const byPosition = softmax(reshape(add(matmul(slopes, relative), offsets), [heads, count, count]), -1);
  const gate = reshape(sigmoid(scope.parameter('gating_param', [heads], ONES)), [heads, 1, 1]);
  const weights = add(mul(attentionWeights(q!, k!, heads), sub(1, gate)), mul(byPosition, gate));
  return linear(scope.at('proj'), attend(weights, v, heads), width);
}

/** For each pair of patches of a side×side grid: columns to the right, rows down, squared distance; 3×side⁴. */
export function relativePositions(side: number): TensorData {
  const count = side ** 2;
  const right: number[] = [];
  const down: number[] = [];
  for (let from = 0; from < count; from += 1) {
    for (let to = 0; to < count; to += 1) {
      right.push((to % side) - (from % side));
      down.push(Math.floor(to / side) - Math.floor(from / side));
    }
  }
  const distance = right.map((dx, pair) => dx ** 2 + down[pair]! ** 2);
  return tensorOf('float32', [3, count ** 2], [...right, ...down, ...distance]);
}

/**
 * The start that makes the heads a convolution: each looks at one place of a ⌊√heads⌋² kernel. Heads left over look
 * everywhere alike.
 */
function localInit(heads: number, strength: number): Init {
  const side = Math.floor(Math.sqrt(heads));
  const centre = (side - 1) / 2;
  const values = Array.from({ length: heads }, (_, head) => {
    if (head >= side ** 2) return [0, 0, 0];
    const [row, column] = [head % side, Math.floor(head / side)];
    return [2 * (column - centre), 2 * (row - centre), -1].map((slope) => slope * strength);
  });
  return { kind: 'values', values: values.flat() };
}

/** The identity matrix, its numbers made only when asked for. */
const identityInit = (width: number): Init => ({
  kind: 'values',
  get values() {
    return Array.from({ length: width ** 2 }, (_, at) => (at % (width + 1) === 0 ? 1 : 0));
  },
});
