import { type Augmentation, within } from './augmentation.ts';
import { type FacePlan, warped } from './face-plan.ts';

export const translation = {
  name: 'translation',
  describe: 'most movement each way, as a share of the side',
  most: 1,
  extend: (plan, amount, draws, side) => moved(plan, within(amount, draws) * side, within(amount, draws) * side),
} as const satisfies Augmentation;

/** Moved by so many pixels to the right and down. */
export const moved = (plan: FacePlan, right: number, down: number): FacePlan =>
  warped(plan, { a: 1, b: 0, c: 0, d: 1, tx: -right, ty: -down });
