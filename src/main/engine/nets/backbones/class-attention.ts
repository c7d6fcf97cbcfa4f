import type { Value } from '../../onnx/graph.ts';
import { add, mul } from '../../onnx/ops/arithmetic.ts';
import { concat } from '../../onnx/ops/slicing.ts';
import { layerNorm, linear, mlp } from '../layers.ts';
import type { Scope } from '../scope.ts';
import { attend, attentionScale, attentionWeights } from './attention.ts';
import { NORM_EPSILON } from './transformer-config.ts';
import { layerScale } from './xcit-block.ts';

export interface ClassAttentionOptions {
  readonly heads: number;
  readonly bias: boolean;
  /** Hidden width of the perceptron. */
  readonly hidden: number;
  /** What the factors of each branch start at. */
  readonly eta: number;
  /** Whether the second normalisation is of the patches too, or of the class token alone. */
  readonly normalisesPatches: boolean;
  /** False in the last block, which then leaves the patches as they came. */
  readonly patchesAreRead: boolean;
}

/** The class token N×1×D and the patches N×P×D. */
export interface ClassAndPatches {
  readonly token: Value;
  readonly patches: Value;
}

/**
 * A class-attention block (Touvron et al. 2021, CaiT) as timm's XCiT has it: the class token alone attends and goes
 * through the perceptron, while the patches get their own normalised copy added, and then double.
 */
export function classAttentionBlock(
  scope: Scope,
  before: ClassAndPatches,
  options: ClassAttentionOptions,
): ClassAndPatches {
  const norm = (name: string, x: Value): Value => layerNorm(scope.at(name), x, NORM_EPSILON);
  const gamma1 = layerScale(scope, 'gamma1', before.token, options.eta);
  const token = norm('norm1', before.token);
  const patches = norm('norm1', before.patches);
  const attended = add(before.token, mul(classAttention(scope.at('attn'), { token, patches }, options), gamma1));
  const again = norm('norm2', attended);
  const gamma2 = layerScale(scope, 'gamma2', again, options.eta);
  const after = add(again, mul(mlp(scope.at('mlp'), again, options.hidden), gamma2));
  if (!options.patchesAreRead) return { token: after, patches: before.patches };
  const sum = add(before.patches, mul(patches, gamma1));
  return { token: after, patches: mul(options.normalisesPatches ? norm('norm2', sum) : sum, 2) };
}

function classAttention(
  scope: Scope,
  { token, patches }: ClassAndPatches,
  { heads, bias }: ClassAttentionOptions,
): Value {
  const width = token.shape.at(-1) as number;
  const all = concat([token, patches], 1);
  const query = mul(linear(scope.at('q'), token, width, { bias }), attentionScale(width, heads));
  const weights = attentionWeights(query, linear(scope.at('k'), all, width, { bias }), heads);
  return linear(scope.at('proj'), attend(weights, linear(scope.at('v'), all, width, { bias }), heads), width);
}
