import type { Draws } from '../random.ts';
import type { FacePlan } from './face-plan.ts';

/** One random change to faces. A new one is a file and a line in index.ts. */
export interface Augmentation {
  readonly name: string;
  /** What its amount means; at 0 it does nothing. */
  readonly describe: string;
  /** The greatest amount that makes sense. */
  readonly most: number;
  /** Adds the change to what is done to a face of side×side pixels. */
  readonly extend: (plan: FacePlan, amount: number, draws: Draws, side: number) => FacePlan;
}

/** A number in [-amount, amount). */
export const within = (amount: number, draws: Draws): number => (2 * draws.uniform() - 1) * amount;
