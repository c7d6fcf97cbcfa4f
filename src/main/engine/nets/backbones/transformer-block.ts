import type { Value } from '../../onnx/graph.ts';
import { add } from '../../onnx/ops/arithmetic.ts';
import { dropPath, layerNorm, mlp } from '../layers.ts';
import type { Scope } from '../scope.ts';
import { leadingTokens } from './tokens.ts';
import { NORM_EPSILON } from './transformer-config.ts';

export interface TransformerBlockOptions {
  /** Attention over the normalised tokens; it may answer for the leading ones only. */
  readonly attention: (scope: Scope, x: Value) => Value;
  /** Hidden width of the perceptron. */
  readonly hidden: number;
  readonly dropPathRate: number;
}

/**
 * A transformer's block, normalising before each branch: x + attention, then + perceptron, each branch under stochastic
 * depth. As many tokens come out as the attention answers for, N×Q×D.
 */
export function transformerBlock(
  scope: Scope,
  x: Value,
  { attention, hidden, dropPathRate }: TransformerBlockOptions,
): Value {
  const answers = attention(scope.at('attn'), layerNorm(scope.at('norm1'), x, NORM_EPSILON));
  const asking = leadingTokens(x, answers.shape[1] as number);
  const attended = add(asking, dropPath(scope, 'drop_path1', answers, dropPathRate));
  const changed = mlp(scope.at('mlp'), layerNorm(scope.at('norm2'), attended, NORM_EPSILON), hidden);
  return add(attended, dropPath(scope, 'drop_path2', changed, dropPathRate));
}
