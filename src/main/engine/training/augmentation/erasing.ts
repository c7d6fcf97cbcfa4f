import type { Augmentation } from './augmentation.ts';

/** The share of the face that is erased, and the longest side beside the shortest (Zhong et al. 2020, milder). */
const AREA = { from: 0.02, to: 0.2 };
const LONGEST = 3;

/** Random erasing: a rectangle of the face's mean grey at a random place. */
export const erasing = {
  name: 'erasing',
  describe: 'probability of covering 2 to 20 % of the face',
  most: 1,
  extend(plan, amount, draws, side) {
    if (draws.uniform() >= amount) return plan;
    const area = (AREA.from + (AREA.to - AREA.from) * draws.uniform()) * side * side;
    const ratio = LONGEST ** (2 * draws.uniform() - 1);
    const width = withinSide(Math.sqrt(area * ratio), side);
    const height = withinSide(area / width, side);
    return { ...plan, erased: { left: draws.whole(side - width), top: draws.whole(side - height), width, height } };
  },
} as const satisfies Augmentation;

const withinSide = (length: number, side: number): number => Math.min(Math.max(Math.round(length), 1), side);
