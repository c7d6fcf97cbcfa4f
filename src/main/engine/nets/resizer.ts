import { z } from 'zod';
import type { Value } from '../onnx/graph.ts';
import { leakyRelu } from '../onnx/ops/activations.ts';
import { add } from '../onnx/ops/arithmetic.ts';
import { resize } from '../onnx/ops/resize.ts';
import { batchNorm, conv2d } from './layers.ts';
import type { NetDefinition } from './net.ts';
import type { Scope } from './scope.ts';

const config = z.strictObject({
  /** Sides of the square image before and after, in pixels. */
  input: z.int().positive(),
  output: z.int().positive(),
  /** Feature channels. */
  n: z.int().positive().default(16),
  /** Residual blocks. */
  r: z.int().nonnegative().default(1),
  channels: z.int().positive().default(3),
});

export type ResizerConfig = z.infer<typeof config>;

/**
 * The learned resizer of the paper, after Talebi and Milanfar 2021: a bilinear resize plus what a small network adds
 * to it, most of which works at the output's size. An image of one channel stands for as many alike as the config has.
 */
export const resizer: NetDefinition<ResizerConfig> = {
  kind: 'resizer',
  config,
  inputShape: ({ channels, input }) => [channels, input, input],
  build: (scope, { output, n, r, channels }, input) => {
    const resized = (x: Value): Value => resize(x, [output, output], { mode: 'linear' });
    const wide = leaky(conv2d(scope.at('conv1'), input, n, 7, { pads: 3, inputs: channels }));
    const features = resized(batchNorm(scope.at('bn1'), leaky(conv2d(scope.at('conv2'), wide, n, 1))));
    let x = features;
    for (let block = 0; block < r; block += 1) x = residualBlock(scope.at(`resblock.${block}`), x);
    x = add(batchNorm(scope.at('bn2'), conv2d(scope.at('conv3'), x, n, 3, { pads: 1 })), features);
    return { output: add(conv2d(scope.at('conv4'), x, channels, 7, { pads: 3 }), resized(input)) };
  },
};

const leaky = (x: Value): Value => leakyRelu(x, 0.2);

function residualBlock(scope: Scope, x: Value): Value {
  const channels = x.shape[1] as number;
  const conv = (name: string, from: Value): Value => conv2d(scope.at(name), from, channels, 3, { pads: 1 });
  const inner = leaky(batchNorm(scope.at('bn1'), conv('conv1', x)));
  return add(batchNorm(scope.at('bn2'), conv('conv2', inner)), x);
}
