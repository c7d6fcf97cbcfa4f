import { type Augmentation, within } from './augmentation.ts';
import type { FacePlan } from './face-plan.ts';

export const contrast = {
  name: 'contrast',
  describe: 'most change of the distance from the mean grey, as a share of it',
  most: 1,
  extend: (plan, amount, draws) => contrasted(plan, 1 + within(amount, draws)),
} as const satisfies Augmentation;

/** Every grey value's distance from the face's mean times `factor`. */
export const contrasted = (plan: FacePlan, factor: number): FacePlan => ({
  ...plan,
  gain: plan.gain * factor,
  lift: plan.lift * factor + (1 - factor) * (plan.gain + plan.lift),
});
