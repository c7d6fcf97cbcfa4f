import type { Augmentation } from './augmentation.ts';
import { warped } from './face-plan.ts';

export const flip = {
  name: 'flip',
  describe: 'probability of changing left and right',
  most: 1,
  extend: (plan, amount, draws) =>
    draws.uniform() < amount ? warped(plan, { a: -1, b: 0, c: 0, d: 1, tx: 0, ty: 0 }) : plan,
} as const satisfies Augmentation;
