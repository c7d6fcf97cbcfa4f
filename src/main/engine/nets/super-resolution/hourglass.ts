import type { Value } from '../../onnx/graph.ts';
import { relu } from '../../onnx/ops/activations.ts';
import { add } from '../../onnx/ops/arithmetic.ts';
import { maxPool } from '../../onnx/ops/pooling.ts';
import { resize } from '../../onnx/ops/resize.ts';
import { concat, split } from '../../onnx/ops/slicing.ts';
import { conv2d } from '../layers.ts';
import type { Scope } from '../scope.ts';

const DEPTH = 4;

/** What the landmark network sees in an image: a heatmap a landmark at a quarter of its size, and its memory. */
export interface Landmarks {
  readonly heatmaps: Value;
  readonly hidden: Value;
}

/**
 * The recurrent hourglass of DIC: N×3×H×W pixels to `keypoints` heatmaps. `hidden` is what the step before left, null
 * at the first. H and W are multiples of 64.
 */
export function feedbackHourglass(
  scope: Scope,
  image: Value,
  hidden: Value | null,
  features: number,
  keypoints: number,
): Landmarks {
  const before = scope.at('pre_conv_block');
  let x = relu(conv2d(before.at(0), image, features / 4, 7, { strides: 2, pads: 3 }));
  x = halved(residual(before.at(2), x, features / 2));
  x = residual(before.at(4), x, features / 2);
  x = residual(before.at(5), x, features);
  const seen = conv2d(scope.at('compress_in'), concat([x, hidden ?? x], 1), 2 * features, 1);
  const [visible, next] = split(hourglass(scope.at('hg'), seen, DEPTH), [features, features], 1);
  const out = scope.at('hg_conv_out');
  const y = relu(conv2d(out.at(1).at('conv_block').at(0), residual(out.at(0), visible!, features), features, 1));
  return { heatmaps: conv2d(out.at(2), y, keypoints, 1), hidden: next! };
}

/** One level of the hourglass (Newell et al., ECCV 2016): a way at this size beside a way through half of it. */
function hourglass(scope: Scope, x: Value, level: number): Value {
  const channels = x.shape[1] as number;
  const block = (name: string, input: Value): Value => residual(scope.at(name), input, channels);
  const wide = block(`res${level}_1`, x);
  const half = block(`res${level}_2`, halved(x));
  const inner = level > 1 ? hourglass(scope, half, level - 1) : block('res_center', half);
  const [, , height, width] = x.shape as readonly number[];
  const options = { mode: 'linear', coordinates: 'align_corners' } as const;
  return add(wide, resize(block(`res${level}_3`, inner), [height!, width!], options));
}

const halved = (x: Value): Value => maxPool(x, { kernel: 2, strides: 2 });

/** 1×1, ReLU, 3×3, 1×1 beside the input, which passes a 1×1 convolution where the channels change. */
function residual(scope: Scope, x: Value, outputs: number): Value {
  const block = scope.at('conv_block');
  const narrow = relu(conv2d(block.at(0), x, outputs / 2, 1));
  const y = conv2d(block.at(3), conv2d(block.at(2), narrow, outputs / 2, 3, { pads: 1 }), outputs, 1);
  return add(x.shape[1] === outputs ? x : conv2d(scope.at('skip_layer'), x, outputs, 1), y);
}
