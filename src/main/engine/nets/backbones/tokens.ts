import type { Value } from '../../onnx/graph.ts';
import { add } from '../../onnx/ops/arithmetic.ts';
import { pad } from '../../onnx/ops/padding.ts';
import { reshape, transpose } from '../../onnx/ops/shaping.ts';
import { slice } from '../../onnx/ops/slicing.ts';

/**
 * 1×K×D tokens before each face's N×T×D ones. Both are padded to K+T and added: that repeats the former over an open
 * batch too.
 */
export function prependTokens(tokens: Value, patches: Value): Value {
  const [before, after] = [tokens.shape[1] as number, patches.shape[1] as number];
  return add(pad(patches, [0, before, 0, 0, 0, 0]), pad(tokens, [0, 0, 0, 0, after, 0]));
}

/** The first `count` of N×T×D tokens; `tokens` itself where that is all of them. */
export const leadingTokens = (tokens: Value, count: number): Value =>
  count === tokens.shape[1] ? tokens : slice(tokens, { axes: [1], starts: [0], ends: [count] });

/** A map N×D×H×W as tokens N×(H·W)×D, row by row. */
export function tokensOfMap(map: Value): Value {
  const [batch, width, rows, columns] = map.shape;
  return transpose(reshape(map, [batch!, width!, (rows as number) * (columns as number)]), [0, 2, 1]);
}

/** Tokens N×(H·W)×D as a map N×D×H×W. */
export function mapOfTokens(tokens: Value, rows: number, columns: number): Value {
  const [batch, , width] = tokens.shape;
  return reshape(transpose(tokens, [0, 2, 1]), [batch!, width!, rows, columns]);
}
