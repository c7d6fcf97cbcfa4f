/** All that varies between pictures and is no expression. Angles in radians, lengths in pixels, shades in grey levels. */
export interface Nuisance {
  readonly shift: readonly [x: number, y: number];
  readonly roll: number;
  readonly scale: number;
  /** Turned sideways and up or down, −1 to 1. */
  readonly yaw: number;
  readonly pitch: number;
  /** How much brighter the face's right and lower edge are than its middle. */
  readonly light: readonly [x: number, y: number];
  readonly skin: number;
  readonly ink: number;
  readonly ground: number;
  readonly hair: number;
  readonly hairline: number;
  readonly glasses: boolean;
  /** A bar before the face, such as a hand. */
  readonly occluder: Occluder | null;
  /** Passes of a 3×3 mean. */
  readonly blur: number;
  readonly grain: number;
}

interface Occluder {
  readonly column: number;
  readonly row: number;
  /** Its direction, of length 1. */
  readonly across: number;
  readonly down: number;
  readonly width: number;
  readonly shade: number;
}

/** Draws one picture's circumstances from numbers in [0, 1). */
export function drawNuisance(draw: () => number): Nuisance {
  const around = (spread: number): number => spread * (2 * draw() - 1);
  const skin = 110 + draw() * 100;
  return {
    shift: [around(2.5), around(2)],
    roll: around(0.22),
    scale: 0.92 + draw() * 0.16,
    yaw: around(0.55),
    pitch: around(0.4),
    light: [around(0.3), around(0.18)],
    skin,
    ink: 15 + draw() * 0.25 * skin,
    ground: draw() * 200,
    hair: 15 + draw() * 90,
    hairline: -17 + draw() * 5,
    glasses: draw() < 0.12,
    occluder: draw() < 0.12 ? drawOccluder(draw) : null,
    blur: Math.floor(draw() * 2.6),
    grain: 2 + draw() * 9,
  };
}

function drawOccluder(draw: () => number): Occluder {
  const angle = draw() * Math.PI;
  return {
    column: 12 + draw() * 24,
    row: 24 + draw() * 18,
    across: Math.cos(angle),
    down: Math.sin(angle),
    width: 2.5 + draw() * 3,
    shade: 90 + draw() * 100,
  };
}

/** The share of a face that circumstances hide, 0 to 1, roughly. */
export const hiddenShare = ({ occluder, blur, yaw }: Nuisance): number =>
  Math.min(1, (occluder === null ? 0 : occluder.width / 6) + 0.1 * blur + 0.2 * Math.abs(yaw));

/** `passes` times the mean over 3×3 pixels of a side×side image, edges repeated. */
export function blurred(pixels: Float32Array, side: number, passes: number): Float32Array {
  const clamp = (at: number): number => Math.max(0, Math.min(side - 1, at));
  let from = pixels;
  for (let pass = 0; pass < passes; pass += 1) {
    const source = from;
    from = source.map((_, index) => {
      const [x, y] = [index % side, Math.floor(index / side)];
      let sum = 0;
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) sum += source[clamp(y + dy) * side + clamp(x + dx)]!;
      }
      return sum / 9;
    });
  }
  return from;
}
