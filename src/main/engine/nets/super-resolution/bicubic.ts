import { z } from 'zod';
import { resizeByProducts } from '../../onnx/ops/resize.ts';
import type { NetDefinition } from '../net.ts';

const config = z.strictObject({
  /** Side of the square image in pixels. */
  input: z.int().positive(),
  /** How many times larger the result is. */
  scale: z.int().positive(),
  channels: z.int().positive().default(3),
});

export type BicubicConfig = z.infer<typeof config>;

/** Bicubic enlargement (Keys 1981, a = −0.75 as in PyTorch), which may overshoot the range of the input's values. */
export const bicubic: NetDefinition<BicubicConfig> = {
  kind: 'bicubic',
  config,
  inputShape: ({ channels, input }) => [channels, input, input],
  build: (_, { input: side, scale }, input) => ({
    output: resizeByProducts(input, [side * scale, side * scale], { mode: 'cubic' }),
  }),
};
