import { describe, expect, it } from 'vitest';
import { drawFace, SIDE } from '../../../src/main/cli/demo/draw-face.ts';
import { PROTOTYPES } from '../../../src/main/cli/demo/expressions.ts';
import type { Nuisance } from '../../../src/main/cli/demo/nuisance.ts';

const PLAIN: Nuisance = {
  shift: [0, 0],
  roll: 0,
  scale: 1,
  yaw: 0,
  pitch: 0,
  light: [0, 0],
  skin: 180,
  ink: 20,
  ground: 90,
  hair: 40,
  hairline: -15,
  glasses: false,
  occluder: null,
  blur: 0,
  grain: 0,
};
const REST = PROTOTYPES.neutral;
const draw = (units: object, nuisance: object = {}): Uint8Array =>
  drawFace({ ...REST, ...units }, { ...PLAIN, ...nuisance }, () => 0.5);

type Box = readonly [left: number, top: number, right: number, bottom: number];
const MOUTH: Box = [18, 33, 31, 40];
const EYE: Box = [12, 16, 22, 23];

function meanOf(face: Uint8Array, [left, top, right, bottom]: Box): number {
  let sum = 0;
  for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) sum += face[y * SIDE + x]!;
  return sum / ((right - left) * (bottom - top));
}

describe('drawing a face', () => {
  it('opens the mouth with the jaw and the eyes with their lids, and leaves the rest', () => {
    const [rest, dropped, wide] = [draw({}), draw({ jaw: 1 }), draw({ eyes: 1 })];
    expect(meanOf(dropped, MOUTH)).toBeLessThan(meanOf(rest, MOUTH) - 15);
    expect(meanOf(dropped, EYE)).toBe(meanOf(rest, EYE));
    expect(meanOf(wide, EYE)).not.toBe(meanOf(rest, EYE));
    expect(meanOf(wide, MOUTH)).toBe(meanOf(rest, MOUTH));
  });

  it('is alike left and right but for one-sided expressions', () => {
    const asymmetry = (face: Uint8Array): number =>
      face.reduce((sum, value, at) => {
        const mirrored = face[at - (at % SIDE) + SIDE - 1 - (at % SIDE)]!;
        return sum + (Math.floor(at / SIDE) > 30 ? Math.abs(value - mirrored) : 0);
      }, 0);
    expect(asymmetry(draw({ oneSide: 1 }))).toBeGreaterThan(asymmetry(draw({ corners: 1 })) + 100);
  });

  it('moves with its shift, and is hidden behind what stands before it', () => {
    const [plain, moved] = [draw({}), draw({}, { shift: [3, 0] })];
    for (const row of [20, 30, 40]) {
      const line = (face: Uint8Array, from: number): number[] => [
        ...face.subarray(row * SIDE + from, row * SIDE + from + 30),
      ];
      expect(line(moved, 11)).toEqual(line(plain, 8));
    }
    const occluder = { column: 24, row: 36, across: 1, down: 0, width: 3, shade: 123 };
    const hidden = draw({}, { occluder });
    expect(new Set(hidden.subarray(36 * SIDE, 37 * SIDE))).toEqual(new Set([123]));
  });
});
