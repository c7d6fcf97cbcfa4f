import type { Value } from '../../onnx/graph.ts';
import { mul } from '../../onnx/ops/arithmetic.ts';
import { matmul } from '../../onnx/ops/matmul.ts';
import { reshape, transpose } from '../../onnx/ops/shaping.ts';
import { split } from '../../onnx/ops/slicing.ts';
import { softmax } from '../../onnx/ops/softmax.ts';
import { tensorOf } from '../../onnx/tensor.ts';
import { truncatedNormal, ZEROS } from '../init.ts';
import { linear, project } from '../layers.ts';
import type { Scope } from '../scope.ts';
import { leadingTokens } from './tokens.ts';

/** What scores are multiplied by: 1 ÷ √(width of a head). */
export const attentionScale = (width: number, heads: number): number => Math.sqrt(heads / width);

export interface ProjectionOptions {
  readonly bias: boolean;
  /** Multiplies the first projection, the queries. Goes into the weights, where it costs nothing at a run. */
  readonly scale?: number;
}

/** `count` linear projections of N×T×D tokens, each D wide, by one weight that holds them below each other. */
export function projections(
  scope: Scope,
  x: Value,
  count: number,
  { bias, scale = 1 }: ProjectionOptions,
): readonly Value[] {
  const width = x.shape.at(-1) as number;
  const outputs = count * width;
  const factors = Array.from({ length: outputs }, (_, row) => (row < width ? scale : 1));
  const scaled = (value: Value, shape: readonly number[]): Value =>
    scale === 1 ? value : mul(value, scope.graph.constant(tensorOf('float32', shape, factors)));
  const weight = scaled(scope.parameter('weight', [outputs, width], truncatedNormal()), [outputs, 1]);
  const offset = bias ? scaled(scope.parameter('bias', [outputs], ZEROS), [outputs]) : null;
  return split(project(x, transpose(weight, [1, 0]), offset), new Array<number>(count).fill(width), -1);
}

/** N×T×D tokens as N×heads×T×(D ÷ heads). */
export const splitHeads = (x: Value, heads: number): Value => transpose(inHeads(x, heads), [0, 2, 1, 3]);

/** N×T×D tokens as N×heads×(D ÷ heads)×T: as `splitHeads`, the last two axes exchanged. */
export const splitHeadsTransposed = (x: Value, heads: number): Value => transpose(inHeads(x, heads), [0, 2, 3, 1]);

const inHeads = (x: Value, heads: number): Value => {
  const [batch, tokens, width] = x.shape;
  return reshape(x, [batch!, tokens!, heads, (width as number) / heads]);
};

/** Undoes `splitHeads`. */
export function mergeHeads(x: Value): Value {
  const [batch, heads, tokens, width] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), [batch!, tokens!, (heads as number) * (width as number)]);
}

/** How much each query attends to each key, N×heads×Q×T, rows summing to 1. Queries come scaled. */
export const attentionWeights = (queries: Value, keys: Value, heads: number): Value =>
  softmax(matmul(splitHeads(queries, heads), splitHeadsTransposed(keys, heads)), -1);

/** What each query takes from the values N×T×D by its attention weights: N×Q×D. */
export const attend = (weights: Value, values: Value, heads: number): Value =>
  mergeHeads(matmul(weights, splitHeads(values, heads)));

export interface SelfAttentionOptions {
  readonly heads: number;
  readonly bias: boolean;
  /** How many leading tokens ask; all when left out. The others' results are then never worked out. */
  readonly queries?: number;
}

/** Multi-head self-attention of N×T×D tokens (Vaswani et al. 2017) with timm's names `qkv` and `proj`. */
export function selfAttention(
  scope: Scope,
  x: Value,
  { heads, bias, queries = x.shape[1] as number }: SelfAttentionOptions,
): Value {
  const width = x.shape.at(-1) as number;
  const [q, k, v] = projections(scope.at('qkv'), x, 3, { bias, scale: attentionScale(width, heads) });
  const weights = attentionWeights(leadingTokens(q!, queries), k!, heads);
  return linear(scope.at('proj'), attend(weights, v!, heads), width);
}
