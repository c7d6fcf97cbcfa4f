import { describe, expect, it } from 'vitest';
import { checkAmounts, planFor } from '../../../src/main/engine/training/augmentation/augment.ts';
import type { Augmentation } from '../../../src/main/engine/training/augmentation/augmentation.ts';
import { brightened } from '../../../src/main/engine/training/augmentation/brightness.ts';
import { contrasted } from '../../../src/main/engine/training/augmentation/contrast.ts';
import { type FacePlan, UNCHANGED } from '../../../src/main/engine/training/augmentation/face-plan.ts';
import { AUGMENTATIONS, type AugmentationAmounts } from '../../../src/main/engine/training/augmentation/index.ts';
import { AUGMENTATION_PRESETS, augmentationPreset } from '../../../src/main/engine/training/augmentation/presets.ts';
import { renderFace } from '../../../src/main/engine/training/augmentation/render.ts';
import { rotated } from '../../../src/main/engine/training/augmentation/rotation.ts';
import { scaled } from '../../../src/main/engine/training/augmentation/scale.ts';
import { moved } from '../../../src/main/engine/training/augmentation/translation.ts';
import { UsageError } from '../../../src/shared/errors.ts';
import { seededRandom } from '../../support/random.ts';

const render = (pixels: readonly number[], plan: FacePlan): number[] => {
  const out = new Uint8ClampedArray(pixels.length);
  renderFace(Uint8Array.from(pixels), Math.sqrt(pixels.length), plan, out);
  return [...out];
};

const SIDE = 48;
const random = seededRandom(5);
const FACE = Array.from({ length: SIDE * SIDE }, () => Math.floor(256 * random()));

const meeting = (faceId: number, epoch = 0, seed = 1, repeat = 0) => ({ seed, epoch, faceId, repeat });
const augmented = (amounts: AugmentationAmounts, ...place: Parameters<typeof meeting>): number[] =>
  render(FACE, planFor(amounts, SIDE, meeting(...place)));
const only = (name: string, amount: number): AugmentationAmounts => ({ [name]: amount });
const plans = (amounts: AugmentationAmounts, count: number): FacePlan[] =>
  Array.from({ length: count }, (_, id) => planFor(amounts, SIDE, meeting(id)));

// 10 20 30
// 40 50 60
// 70 80 90
const PICTURE = [10, 20, 30, 40, 50, 60, 70, 80, 90];

describe('a known picture', () => {
  it('is turned clockwise by 90°', () => {
    expect(render(PICTURE, rotated(UNCHANGED, 90))).toEqual([70, 40, 10, 80, 50, 20, 90, 60, 30]);
  });

  it('comes back after four turns by 90°, and after one by 30° and one by -30°', () => {
    const around = [90, 90, 90, 90].reduce(rotated, UNCHANGED);
    expect(render(FACE, around)).toEqual(FACE);
    expect(render(FACE, rotated(rotated(UNCHANGED, 30), -30))).toEqual(FACE);
  });

  it('has left and right changed by a flip', () => {
    const flipped = planFor({ flip: 1 }, 3, meeting(1));
    expect(render(PICTURE, flipped)).toEqual([30, 20, 10, 60, 50, 40, 90, 80, 70]);
  });

  it('is moved to the right and down, its border going on', () => {
    expect(render(PICTURE, moved(UNCHANGED, 1, 0))).toEqual([10, 10, 20, 40, 40, 50, 70, 70, 80]);
    expect(render(PICTURE, moved(UNCHANGED, 0, 1))).toEqual([10, 20, 30, 10, 20, 30, 40, 50, 60]);
    expect(render(PICTURE, moved(UNCHANGED, 0.5, 0))).toEqual([10, 15, 25, 40, 45, 55, 70, 75, 85]);
  });

  it('is made twice as large about its centre', () => {
    expect(render(PICTURE, scaled(UNCHANGED, 2))).toEqual([30, 35, 40, 45, 50, 55, 60, 65, 70]);
  });

  it('is warped in the order of the steps: turned, then moved', () => {
    expect(render(PICTURE, moved(rotated(UNCHANGED, 90), 1, 0))).toEqual([70, 70, 40, 80, 80, 50, 90, 90, 60]);
    expect(render(PICTURE, rotated(moved(UNCHANGED, 1, 0), 90))).toEqual([70, 40, 10, 70, 40, 10, 80, 50, 20]);
  });

  it('is made brighter by a factor and held at 255', () => {
    expect(render(PICTURE, brightened(UNCHANGED, 1.5))).toEqual([15, 30, 45, 60, 75, 90, 105, 120, 135]);
    expect(render([0, 100, 200, 255], brightened(UNCHANGED, 2))).toEqual([0, 200, 255, 255]);
  });

  it('gets its contrast about its mean, which brightness has changed before', () => {
    expect(render(PICTURE, contrasted(UNCHANGED, 0.5))).toEqual([30, 35, 40, 45, 50, 55, 60, 65, 70]);
    expect(render(PICTURE, contrasted(UNCHANGED, 0))).toEqual(new Array(9).fill(50));
    expect(render(PICTURE, contrasted(brightened(UNCHANGED, 2), 0))).toEqual(new Array(9).fill(100));
    expect(render([0, 0, 200, 200], contrasted(UNCHANGED, 2))).toEqual([0, 0, 255, 255]);
  });

  it('is sampled within one grey value of bilinear sampling in floating point', () => {
    const plan = planFor({ rotation: 45, scale: 0.2, translation: 0.1 }, SIDE, meeting(3));
    const { a, b, c, d, tx, ty } = plan.sampling;
    const centre = (SIDE - 1) / 2;
    const at = (x: number, y: number): number => FACE[y * SIDE + x]!;
    const expected = FACE.map((_, index) => {
      const [u, v] = [(index % SIDE) - centre, Math.floor(index / SIDE) - centre];
      const x = Math.min(Math.max(a * u + b * v + tx + centre, 0), SIDE - 1);
      const y = Math.min(Math.max(c * u + d * v + ty + centre, 0), SIDE - 1);
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const [x1, y1] = [Math.min(x0 + 1, SIDE - 1), Math.min(y0 + 1, SIDE - 1)];
      const upper = at(x0, y0) * (1 - (x - x0)) + at(x1, y0) * (x - x0);
      const lower = at(x0, y1) * (1 - (x - x0)) + at(x1, y1) * (x - x0);
      return upper * (1 - (y - y0)) + lower * (y - y0);
    });
    const found = render(FACE, plan);
    const furthest = Math.max(...found.map((value, index) => Math.abs(value - expected[index]!)));
    // Shares have 8 bits: at most 255/256 off along each axis beside half a grey value of rounding.
    expect(furthest).toBeLessThan(2.5);
    const mean = found.reduce((sum, value, index) => sum + Math.abs(value - expected[index]!), 0) / found.length;
    expect(mean).toBeLessThan(0.5);
  });
});

describe('what is drawn', () => {
  const all: AugmentationAmounts = Object.fromEntries(AUGMENTATIONS.map(({ name }) => [name, 0.5]));

  it('is the same for the same seed, epoch and face, and another one for any other', () => {
    expect(augmented(all, 7)).toEqual(augmented(all, 7));
    expect(augmented(all, 8)).not.toEqual(augmented(all, 7));
    expect(augmented(all, 7, 1)).not.toEqual(augmented(all, 7));
    expect(augmented(all, 7, 0, 2)).not.toEqual(augmented(all, 7));
    expect(augmented(all, 7, 0, 1, 1)).not.toEqual(augmented(all, 7));
  });

  it('flips as often as the probability says', () => {
    const flipped = plans({ flip: 0.3 }, 2000).filter((plan) => plan.sampling.a === -1).length;
    expect(flipped / 2000).toBeGreaterThan(0.27);
    expect(flipped / 2000).toBeLessThan(0.33);
  });

  it('turns evenly between the two bounds', () => {
    const degrees = plans({ rotation: 45 }, 2000).map(
      ({ sampling }) => (Math.atan2(sampling.b, sampling.a) * 180) / Math.PI,
    );
    expect(Math.min(...degrees)).toBeGreaterThanOrEqual(-45);
    expect(Math.max(...degrees)).toBeLessThanOrEqual(45);
    expect(degrees.filter((value) => value < -22.5).length / 2000).toBeCloseTo(0.25, 1);
    expect(degrees.filter((value) => value > 22.5).length / 2000).toBeCloseTo(0.25, 1);
  });

  it('scales and moves within the amounts', () => {
    const factors = plans({ scale: 0.2 }, 500).map(({ sampling }) => 1 / sampling.a);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.8);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.2);
    expect(Math.max(...factors) - Math.min(...factors)).toBeGreaterThan(0.35);
    const pixels = plans({ translation: 0.1 }, 500).flatMap(({ sampling }) => [sampling.tx, sampling.ty]);
    expect(Math.max(...pixels.map(Math.abs))).toBeLessThanOrEqual(4.8);
    expect(Math.max(...pixels) - Math.min(...pixels)).toBeGreaterThan(9);
  });

  it('erases as often as the probability says: one patch of 2 to 20 % of the face, in its mean grey', () => {
    const drawn = plans({ erasing: 0.25 }, 2000);
    const erased = drawn.filter((plan) => plan.erased !== null);
    expect(erased.length / 2000).toBeGreaterThan(0.22);
    expect(erased.length / 2000).toBeLessThan(0.28);
    const shares = erased.map((plan) => (plan.erased!.width * plan.erased!.height) / SIDE ** 2);
    // A side is rounded to whole pixels, so an area is within a half row and column of what was drawn.
    expect(Math.min(...shares)).toBeGreaterThan(0.015);
    expect(Math.max(...shares)).toBeLessThan(0.22);
    const meanShare = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(meanShare).toBeCloseTo(0.11, 2);

    const plan = erased[0]!;
    const { left, top, width, height } = plan.erased!;
    const grey = Math.round(FACE.reduce((sum, value) => sum + value, 0) / FACE.length);
    const inside = (index: number): boolean => {
      const [x, y] = [index % SIDE, Math.floor(index / SIDE)];
      return x >= left && x < left + width && y >= top && y < top + height;
    };
    expect(render(FACE, plan)).toEqual(FACE.map((value, index) => (inside(index) ? grey : value)));
  });
});

describe.each(AUGMENTATIONS as readonly Augmentation[])('$name', ({ name, most }) => {
  it('does nothing at 0, something at its most, and keeps the face’s size', () => {
    expect(augmented(only(name, 0), 4)).toEqual(FACE);
    expect(augmented(only(name, most), 4)).not.toEqual(FACE);
    expect(augmented(only(name, most), 4)).toHaveLength(FACE.length);
  });

  it('refuses less than nothing, more than its most and what is no number, by name', () => {
    for (const amount of [-0.1, most * 1.01, Number.NaN]) {
      expect(() => checkAmounts(only(name, amount))).toThrow(UsageError);
      expect(() => checkAmounts(only(name, amount))).toThrow(name);
    }
    expect(() => checkAmounts(only(name, most))).not.toThrow();
  });
});

describe('presets', () => {
  it.each(AUGMENTATION_PRESETS)('$name can be used', ({ name }) => {
    expect(() => checkAmounts(augmentationPreset(name).amounts)).not.toThrow();
  });

  it('turn by 45° in the paper, by 10° lightly, and leave faces alone for none', () => {
    expect(augmentationPreset('paper').amounts.rotation).toBe(45);
    expect(augmentationPreset('light').amounts.rotation).toBe(10);
    expect(augmented(augmentationPreset('none').amounts, 3)).toEqual(FACE);
  });

  it('that nobody knows are refused with the known ones', () => {
    expect(() => augmentationPreset('heavy')).toThrow('There is no augmentation “heavy”.');
  });
});
