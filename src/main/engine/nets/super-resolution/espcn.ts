import { z } from 'zod';
import { tanh } from '../../onnx/ops/activations.ts';
import { depthToSpace } from '../../onnx/ops/depth-and-space.ts';
import { conv2d } from '../layers.ts';
import type { NetDefinition } from '../net.ts';

const config = z.strictObject({
  input: z.number().int().min(8),
  scale: z.number().int().min(2).max(4).default(2),
  channels: z.union([z.literal(1), z.literal(3)]).default(1),
  features: z.number().int().min(2).default(64),
});
export type EspcnConfig = z.infer<typeof config>;

/**
 * ESPCN (Shi et al., CVPR 2016): N×C×H×W pixels in [0, 1] to N×C×sH×sW by sub-pixel convolution. Keys as in the usual
 * PyTorch code: first_part (5×5, tanh, 3×3, tanh), last_part (3×3, pixel shuffle).
 */
export const espcn: NetDefinition<EspcnConfig> = {
  kind: 'espcn',
  config,
  inputShape: ({ input, channels }) => [channels, input, input],
  build: (scope, { scale, channels, features }, input) => {
    const first = scope.at('first_part');
    const wide = tanh(conv2d(first.at(0), input, features, 5, { pads: 2 }));
    const narrow = tanh(conv2d(first.at(2), wide, features >> 1, 3, { pads: 1 }));
    const subpixels = conv2d(scope.at('last_part').at(0), narrow, channels * scale * scale, 3, { pads: 1 });
    return { output: depthToSpace(subpixels, scale, 'CRD') };
  },
};
