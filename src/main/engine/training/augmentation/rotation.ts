import { type Augmentation, within } from './augmentation.ts';
import { type FacePlan, warped } from './face-plan.ts';

export const rotation = {
  name: 'rotation',
  describe: 'most degrees, either way',
  most: 180,
  extend: (plan, amount, draws) => rotated(plan, within(amount, draws)),
} as const satisfies Augmentation;

/** Turned clockwise about the centre. */
export function rotated(plan: FacePlan, degrees: number): FacePlan {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  return warped(plan, { a: cos, b: sin, c: -sin, d: cos, tx: 0, ty: 0 });
}
