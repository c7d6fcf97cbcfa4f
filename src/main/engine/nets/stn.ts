import { z } from 'zod';
import type { Value } from '../onnx/graph.ts';
import { relu } from '../onnx/ops/activations.ts';
import { affineGrid, gridSample } from '../onnx/ops/grid-sample.ts';
import { maxPool } from '../onnx/ops/pooling.ts';
import { flatten, reshape } from '../onnx/ops/shaping.ts';
import { fanInUniform, ZEROS } from './init.ts';
import { conv2d, linear } from './layers.ts';
import type { NetDefinition } from './net.ts';

const config = z.strictObject({
  /** Side of the square image in pixels; two convolutions and two poolings must leave something of it. */
  input: z.int().min(18),
  channels: z.int().positive().default(3),
});

export type StnConfig = z.infer<typeof config>;

const HIDDEN = 32;
const IDENTITY = [1, 0, 0, 0, 1, 0];

/**
 * The spatial transformer (Jaderberg et al. 2015): a small network finds an affine map for each image, by which the
 * image is then sampled. Without weights it starts at the identity. The image keeps its size.
 */
export const stn: NetDefinition<StnConfig> = {
  kind: 'stn',
  config,
  inputShape: ({ channels, input }) => [channels, input, input],
  build: (scope, { input: side }, input) => {
    const halved = (x: Value): Value => relu(maxPool(x, { kernel: [2, 2], strides: [2, 2] }));
    const once = halved(conv2d(scope.at('localization.0'), input, 8, 7));
    const features = flatten(halved(conv2d(scope.at('localization.3'), once, 10, 5)));
    const init = fanInUniform(features.shape[1] as number);
    const hidden = relu(linear(scope.at('fc_loc.0'), features, HIDDEN, { init, biasInit: init }));
    const biasInit = { kind: 'values', values: IDENTITY } as const;
    const theta = linear(scope.at('fc_loc.2'), hidden, IDENTITY.length, { init: ZEROS, biasInit });
    const grid = affineGrid(reshape(theta, [input.shape[0]!, 2, 3]), [side, side], { alignCorners: true });
    return { output: gridSample(input, grid, { alignCorners: true }) };
  },
};
