import { z } from 'zod';
import type { Value } from '../../onnx/graph.ts';
import { prelu } from '../../onnx/ops/activations.ts';
import { convTranspose } from '../../onnx/ops/conv.ts';
import { reshape } from '../../onnx/ops/shaping.ts';
import { constantInit, heNormal, type Init } from '../init.ts';
import { conv2d } from '../layers.ts';
import type { NetDefinition } from '../net.ts';
import type { Scope } from '../scope.ts';

const config = z.strictObject({
  input: z.number().int().min(8),
  scale: z.number().int().min(2).max(4).default(2),
  channels: z.union([z.literal(1), z.literal(3)]).default(1),
  /** d: channels of the features. */
  features: z.number().int().min(1).default(56),
  /** s: channels while mapping. */
  shrunk: z.number().int().min(1).default(12),
  /** m: how many 3×3 mapping layers. */
  mapping: z.number().int().min(1).default(4),
});
export type FsrcnnConfig = z.infer<typeof config>;

const KERNEL = 9;

/**
 * FSRCNN(d, s, m) (Dong et al., ECCV 2016): N×C×H×W pixels in [0, 1] to N×C×sH×sW. Keys as in the usual PyTorch code:
 * first_part (5×5), mid_part (shrink, map, expand), last_part (transposed 9×9).
 */
export const fsrcnn: NetDefinition<FsrcnnConfig> = {
  kind: 'fsrcnn',
  config,
  inputShape: ({ input, channels }) => [channels, input, input],
  build: (scope, { scale, channels, features, shrunk, mapping }, input) => {
    let x = convolved(scope.at('first_part'), 0, input, features, 5);
    const middle = scope.at('mid_part');
    x = convolved(middle, 0, x, shrunk, 1);
    for (let layer = 1; layer <= mapping; layer += 1) x = convolved(middle, 2 * layer, x, shrunk, 3);
    x = convolved(middle, 2 * (mapping + 1), x, features, 1);
    const last = scope.at('last_part');
    const weight = last.parameter('weight', [features, channels, KERNEL, KERNEL], LAST_INIT);
    const bias = last.parameter('bias', [channels], constantInit(0));
    const options = { strides: scale, pads: KERNEL >> 1, outputPadding: scale - 1 };
    return { output: convTranspose(x, weight, bias, options) };
  },
};

const SLOPE = 0.25;
const LAST_INIT: Init = { kind: 'normal', std: 0.001 };

/** A convolution that keeps the size, then PReLU with a slope a channel: entries `index` and `index` + 1. */
function convolved(scope: Scope, index: number, x: Value, outputs: number, kernel: number): Value {
  const y = conv2d(scope.at(index), x, outputs, kernel, { pads: kernel >> 1, init: heNormal(SLOPE) });
  const slope = scope.at(index + 1).parameter('weight', [outputs], constantInit(SLOPE));
  return prelu(y, reshape(slope, [outputs, 1, 1]));
}
