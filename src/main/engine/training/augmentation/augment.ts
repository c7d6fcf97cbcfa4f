import { UsageError } from '../../../../shared/errors.ts';
import { drawsFor } from '../random.ts';
import type { Augmentation } from './augmentation.ts';
import { type FacePlan, UNCHANGED } from './face-plan.ts';
import { AUGMENTATIONS, type AugmentationAmounts } from './index.ts';

/** Where in a run a face is met; `repeat` tells apart the times that one epoch meets it. */
export interface Meeting {
  readonly seed: number;
  readonly epoch: number;
  readonly faceId: number;
  readonly repeat: number;
}

/** What is done to a face at one meeting: the same in whatever batch it is, and however often it is asked. */
export function planFor(amounts: AugmentationAmounts, side: number, meeting: Meeting): FacePlan {
  const { seed, epoch, faceId, repeat } = meeting;
  const draws = drawsFor('augmentation', seed, epoch, faceId, repeat);
  return AUGMENTATIONS.reduce<FacePlan>((plan, { name, extend }) => {
    const amount = amounts[name] ?? 0;
    return amount === 0 ? plan : extend(plan, amount, draws, side);
  }, UNCHANGED);
}

/** Throws UsageError for an amount below 0 or beyond what its augmentation allows, naming it. */
export function checkAmounts(amounts: AugmentationAmounts): void {
  for (const { name, describe, most } of AUGMENTATIONS as readonly Augmentation[]) {
    const amount = amounts[name as keyof AugmentationAmounts] ?? 0;
    if (amount >= 0 && amount <= most) continue;
    throw new UsageError(`The augmentation ${name} cannot be ${amount}.`, {
      field: name,
      remedy: `Use a number from 0 to ${most} (${describe}).`,
    });
  }
}
