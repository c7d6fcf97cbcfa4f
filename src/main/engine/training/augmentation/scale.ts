import { type Augmentation, within } from './augmentation.ts';
import { type FacePlan, warped } from './face-plan.ts';

export const scale = {
  name: 'scale',
  describe: 'most change of size, as a share of it',
  most: 0.9,
  extend: (plan, amount, draws) => scaled(plan, 1 + within(amount, draws)),
} as const satisfies Augmentation;

/** Made `factor` times as large about the centre. */
export const scaled = (plan: FacePlan, factor: number): FacePlan =>
  warped(plan, { a: 1 / factor, b: 0, c: 0, d: 1 / factor, tx: 0, ty: 0 });
