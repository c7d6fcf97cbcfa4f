import type { ActionUnits } from './expressions.ts';
import { blurred, type Nuisance } from './nuisance.ts';

/** The side of a drawn face, in pixels. */
export const SIDE = 48;
/** Each pixel is the mean of so many points a side. */
const SAMPLES = 2;

/** A point of the face upright and at rest: x and y from its middle, in pixels. */
type Point = readonly [x: number, y: number];

/** How dark a mark is at a point, 0 to 1, over the skin below. */
type Mark = (point: Point) => number;

interface Layer {
  readonly ink: number;
  readonly mark: Mark;
}

/**
 * Draws a face as 48×48 grey bytes: an ellipsoid lit from one side, with hair, brows, eyes, nose, mouth and folds moved
 * by the action units; then what the nuisance says: pose, blur, something before the face, grain.
 */
export function drawFace(units: ActionUnits, nuisance: Nuisance, draw: () => number): Uint8Array {
  const layers = layersOf(units, nuisance);
  const pixels = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      let sum = 0;
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
        const column = x + ((sample % SAMPLES) + 0.5) / SAMPLES;
        const row = y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
        sum += shade([column, row], layers, nuisance);
      }
      pixels[y * SIDE + x] = sum / SAMPLES ** 2;
    }
  }
  const soft = blurred(pixels, SIDE, nuisance.blur);
  return Uint8Array.from(soft, (value) => {
    const grain = nuisance.grain * (draw() + draw() - 1);
    return Math.max(0, Math.min(255, Math.round(value + grain)));
  });
}

function shade(at: Point, layers: readonly Layer[], nuisance: Nuisance): number {
  const { occluder } = nuisance;
  if (
    occluder !== null &&
    Math.abs((at[1] - occluder.row) * occluder.across - (at[0] - occluder.column) * occluder.down) < occluder.width
  ) {
    return occluder.shade;
  }
  const [x, y] = upright(at, nuisance);
  const radius = (x / 17) ** 2 + (y / 22) ** 2;
  if (radius > 1) return hairAt([x, y], nuisance) ?? nuisance.ground;
  const depth = Math.sqrt(1 - radius);
  const light = 0.72 + 0.3 * depth + nuisance.light[0] * (x / 17) + nuisance.light[1] * (y / 22);
  const turned: Point = [x - nuisance.yaw * 5 * depth, y - nuisance.pitch * 4 * depth];
  let value = nuisance.skin * light;
  for (const { ink, mark } of layers) {
    const share = mark(turned);
    value += (ink * (0.6 + 0.4 * light) - value) * share;
  }
  const hair = hairAt([x, y], nuisance);
  return hair === null ? value : hair * (0.7 + 0.3 * light);
}

/** Undoes a face's shift, roll and scale. */
function upright([x, y]: Point, { shift, roll, scale }: Nuisance): Point {
  const [u, v] = [(x - SIDE / 2 - shift[0]) / scale, (y - SIDE / 2 - shift[1]) / scale];
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
  return [u * cos + v * sin, v * cos - u * sin];
}

function hairAt([x, y]: Point, { hair, hairline }: Nuisance): number | null {
  const inCap = (x / 18) ** 2 + ((y + 1) / 23.2) ** 2 < 1;
  return inCap && y < hairline + (x * x) / 26 ? hair : null;
}

const smooth = (distance: number, softness: number): number => Math.max(0, Math.min(1, 0.5 - distance / softness));

function layersOf(units: ActionUnits, { ink, skin, glasses }: Nuisance): readonly Layer[] {
  const layers: Layer[] = [
    { ink: skin * 0.7, mark: nose(units) },
    { ink: skin * 0.62, mark: folds(units) },
    { ink: 235, mark: eyeWhites(units) },
    { ink, mark: irises(units) },
    { ink, mark: lids(units) },
    { ink, mark: brows(units) },
    ...mouth(units, ink, skin),
  ];
  if (glasses) layers.push({ ink: 20, mark: frames });
  return layers;
}

const EYE_X = 7.2;
const EYE_Y = -4.5;
const eyeHeight = ({ eyes, cheeks }: ActionUnits): number => Math.max(0.5, 1.9 + 1.3 * eyes - 0.4 * cheeks);

const eyeWhites =
  (units: ActionUnits): Mark =>
  ([x, y]) =>
    smooth(((Math.abs(x) - EYE_X) / 3.6) ** 2 + ((y - EYE_Y) / eyeHeight(units)) ** 2 - 1, 0.5);

const irises = (units: ActionUnits): Mark => {
  const white = eyeWhites(units);
  return (point) => {
    const [x, y] = point;
    return white(point) * smooth(Math.hypot(Math.abs(x) - EYE_X, y - EYE_Y) - 1.7, 0.8);
  };
};

const lids =
  (units: ActionUnits): Mark =>
  ([x, y]) => {
    const across = (Math.abs(x) - EYE_X) / 3.9;
    if (Math.abs(across) > 1) return 0;
    const line = EYE_Y - eyeHeight(units) * Math.sqrt(1 - across ** 2);
    return 0.9 * smooth(Math.abs(y - line) - 0.45, 0.9);
  };

const brows =
  ({ innerBrow, outerBrow, nose: wrinkle }: ActionUnits): Mark =>
  ([x, y]) => {
    const along = (Math.abs(x) - 2.8) / 9;
    if (along < 0 || along > 1) return 0;
    const raised = innerBrow * (1 - along) + outerBrow * along;
    const arch = 1.3 * Math.sin(Math.PI * along);
    const line = -9.2 - arch - 2.6 * raised + 0.8 * Math.max(0, wrinkle);
    return smooth(Math.abs(y - line) - 0.95 * (1 - 0.4 * along), 0.9);
  };

const nose =
  ({ nose: wrinkle }: ActionUnits): Mark =>
  ([x, y]) => {
    const nostrils = smooth(((Math.abs(x) - 2) / 1.3) ** 2 + ((y - 4.5 + wrinkle) / 0.9) ** 2 - 1, 0.8);
    const side = 0.35 * smooth(Math.abs(x + 1.6 - y * 0.1) - 0.4, 1) * (y > -4 && y < 4 ? 1 : 0);
    const creases = Math.max(0, wrinkle) * smooth(Math.abs(Math.sin((y + 3) * 1.4)) - 0.25, 0.5);
    const bridge = Math.abs(x) < 3.2 && y > -7 && y < 0 ? creases : 0;
    return Math.max(nostrils, side, bridge);
  };

/** From the nose's wings to the corners of the mouth, and between drawn brows. */
const folds =
  ({ cheeks, nose: wrinkle, innerBrow }: ActionUnits): Mark =>
  ([x, y]) => {
    const depth = Math.max(0, Math.min(1, 0.7 * cheeks + 0.6 * wrinkle));
    const line = 3.6 + (y - 3.5) * 0.62;
    const besideMouth = y > 3 && y < 12 ? depth * smooth(Math.abs(Math.abs(x) - line) - 0.5, 1) : 0;
    const frown = Math.max(0, -innerBrow) * smooth(Math.abs(Math.abs(x) - 1.2) - 0.4, 0.8);
    return Math.max(besideMouth, y > -11 && y < -6 ? 0.8 * frown : 0);
  };

function mouth(units: ActionUnits, ink: number, skin: number): readonly Layer[] {
  const { corners, oneSide, stretch, jaw, nose: wrinkle, cheeks } = units;
  const half = 6.2 + 1.5 * stretch + 0.9 * Math.max(0, corners);
  const lift = (x: number): number => corners + 0.9 * oneSide * Math.max(0, x / half);
  const middle = 11.2 + 0.6 * jaw;
  const lineAt = (x: number): number => middle - 2.6 * lift(x) * (x / half) ** 2 + 0.9 * corners;
  const open = Math.max(0, jaw) * 4.6 + Math.max(0, cheeks * corners) * 0.9;
  const shape = (x: number): number => Math.sqrt(Math.max(0, 1 - (x / half) ** 2));
  const within = (x: number, y: number): number => {
    const top = lineAt(x) - (0.25 * open + 0.7 * Math.max(0, wrinkle)) * shape(x);
    const bottom = lineAt(x) + 0.75 * open * shape(x);
    return Math.max(top - y, y - bottom);
  };
  const inX = (x: number): boolean => Math.abs(x) < half;
  const lipWidth = 1.25 - 0.5 * Math.max(0, -stretch);
  return [
    { ink: skin * 0.6, mark: ([x, y]) => (inX(x) ? 0.8 * smooth(within(x, y) - lipWidth * shape(x), 0.8) : 0) },
    { ink: ink * 0.8, mark: ([x, y]) => (inX(x) ? smooth(within(x, y) - 0.35, 0.7) : 0) },
    {
      ink: 225,
      mark: ([x, y]) => {
        const teeth = open > 1 && Math.abs(x) < half * 0.75 && y < lineAt(x) + 0.1 * open + 0.3;
        return teeth ? Math.min(1, corners + 0.8 * stretch + 0.2) * smooth(within(x, y) + 0.5, 0.7) : 0;
      },
    },
  ];
}

const frames: Mark = ([x, y]) => {
  const ring = Math.abs(Math.hypot(Math.abs(x) - EYE_X, (y - EYE_Y) * 1.15) - 5);
  const bar = Math.abs(x) < 2.2 && Math.abs(y - EYE_Y) < 0.5 ? 0 : ring;
  return smooth(bar - 0.4, 0.8);
};
