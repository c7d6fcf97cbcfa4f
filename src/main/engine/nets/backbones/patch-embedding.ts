import type { Value } from '../../onnx/graph.ts';
import { reshape, transpose } from '../../onnx/ops/shaping.ts';
import { fanInUniform } from '../init.ts';
import { project } from '../layers.ts';
import type { Scope } from '../scope.ts';

/**
 * Patches of N×C×H×W images as tokens, N×(rows·columns)×width: `proj`'s convolution whose stride is its kernel, worked
 * out as one matrix product, so that its gradient is one too.
 */
export function patchEmbedding(scope: Scope, image: Value, patch: number, width: number): Value {
  const [batch, channels, height, columns] = image.shape as readonly [Value['shape'][number], number, number, number];
  const [down, across, size] = [height / patch, columns / patch, channels * patch * patch];
  const init = fanInUniform(size);
  const weight = scope.at('proj').parameter('weight', [width, channels, patch, patch], init);
  const bias = scope.at('proj').parameter('bias', [width], init);
  const cut = transpose(reshape(image, [batch, channels, down, patch, across, patch]), [0, 2, 4, 1, 3, 5]);
  const rows = reshape(cut, [batch, down * across, size]);
  return project(rows, transpose(reshape(weight, [width, size]), [1, 0]), bias);
}
