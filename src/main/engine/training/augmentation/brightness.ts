import { type Augmentation, within } from './augmentation.ts';
import type { FacePlan } from './face-plan.ts';

export const brightness = {
  name: 'brightness',
  describe: 'most change of every grey value, as a share of it',
  most: 1,
  extend: (plan, amount, draws) => brightened(plan, 1 + within(amount, draws)),
} as const satisfies Augmentation;

/** Every grey value times `factor`. */
export const brightened = (plan: FacePlan, factor: number): FacePlan => ({
  ...plan,
  gain: plan.gain * factor,
  lift: plan.lift * factor,
});
