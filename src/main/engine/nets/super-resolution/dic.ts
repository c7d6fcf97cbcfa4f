import { z } from 'zod';
import type { Value } from '../../onnx/graph.ts';
import { add } from '../../onnx/ops/arithmetic.ts';
import { depthToSpace } from '../../onnx/ops/depth-and-space.ts';
import { resize } from '../../onnx/ops/resize.ts';
import { concat } from '../../onnx/ops/slicing.ts';
import { conv2d } from '../layers.ts';
import type { NetDefinition } from '../net.ts';
import { convPrelu, deconvPrelu, feedbackProjections, fuseHeatmaps } from './feedback-block.ts';
import { mergeHeatmaps } from './heatmaps.ts';
import { feedbackHourglass, type Landmarks } from './hourglass.ts';

const SCALE = 8;

const config = z.strictObject({
  input: z
    .number()
    .int()
    .multipleOf(8, 'DIC halves the ×8 image six times: the input’s side must be a multiple of 8.')
    .default(48),
  num_features: z.number().int().min(1).default(48),
  num_steps: z.number().int().min(1).default(4),
  num_groups: z.number().int().min(1).default(6),
  num_fusion_block: z.number().int().min(1).default(7),
  hg_num_feature: z.number().int().multipleOf(8).default(256),
  hg_num_keypoints: z.union([z.literal(5), z.literal(68), z.literal(194)]).default(68),
});
export type DicConfig = z.infer<typeof config>;

/**
 * DIC (Ma et al., CVPR 2020): face super-resolution ×8 in which a recurrent image branch and a landmark branch help
 * each other. N×3×H×W RGB in [0, 1] to N×3×8H×8W, the last step's image. Keys are the published state-dict's.
 */
export const dic: NetDefinition<DicConfig> = {
  kind: 'dic',
  config,
  inputShape: ({ input }) => [3, input, input],
  build: (scope, settings, input) => {
    const { num_features: features, num_groups: groups, num_steps: steps } = settings;
    const side = settings.input * SCALE;
    const enlarged = resize(input, [side, side], { mode: 'linear' });
    const x = depthToSpace(convPrelu(scope.at('conv_in'), input, 4 * features, 3), 2, 'CRD');
    const imageOf = (state: Value): Value => {
      const up = deconvPrelu(scope.at('out'), state, features, { kernel: 8, strides: 4, pads: 2 });
      return add(enlarged, conv2d(scope.at('conv_out').at(0), up, 3, 3, { pads: 1 }));
    };
    const first = scope.at('first_block');
    let state = feedbackProjections(first, convPrelu(first.at('compress_in'), x, features, 1), groups);
    let image = imageOf(state);
    let landmarks: Landmarks | null = null;
    for (let step = 1; step < steps; step += 1) {
      const { hg_num_feature, hg_num_keypoints } = settings;
      landmarks = feedbackHourglass(scope.at('HG'), image, landmarks?.hidden ?? null, hg_num_feature, hg_num_keypoints);
      const block = scope.at('block');
      const joined = convPrelu(block.at('compress_in'), concat([x, state], 1), features, 1);
      const maps = mergeHeatmaps(landmarks.heatmaps);
      const fused = fuseHeatmaps(block.at('fusion_block'), joined, maps, settings.num_fusion_block);
      state = feedbackProjections(block, fused, groups);
      image = imageOf(state);
    }
    return { output: image };
  },
};
