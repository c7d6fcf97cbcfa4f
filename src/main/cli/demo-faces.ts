import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { FERPLUS_CLASSES, FERPLUS_EMOTIONS } from '../../shared/class-sets.ts';

const SIDE = 48;
const VOTERS = 10;
const FOLDERS = { train: 'FER2013Train', valid: 'FER2013Valid', test: 'FER2013Test' } as const;

type DrawnSplit = keyof typeof FOLDERS;
/** How far the mouth's ends and the brows' inner ends are raised, and how far mouth and eyes are open, in pixels. */
type Expression = readonly [mouth: number, brows: number, mouthOpen: number, eyesOpen: number];

const EXPRESSIONS: Readonly<Record<(typeof FERPLUS_EMOTIONS)[number], Expression>> = {
  neutral: [0, 0, 0, 2],
  happiness: [5, 0, 1, 2],
  surprise: [0, 3, 5, 4],
  sadness: [-4, 2, 0, 1],
  anger: [-2, -3, 0, 2],
  disgust: [-3, -2, 2, 1],
  fear: [-1, 3, 3, 4],
  contempt: [2, -1, 0, 1],
};

/**
 * Writes drawn faces with made-up votes in FERPlus's own layout (a folder a split: 48×48 grey PNGs and label.csv).
 * The same numbers give the same files. They exercise the program; figures over them mean nothing.
 */
export function writeDrawnFaces(folder: string, faces: Readonly<Partial<Record<DrawnSplit, number>>>): void {
  let name = 0;
  for (const [split, count] of Object.entries(faces) as [DrawnSplit, number][]) {
    const splitFolder = join(folder, FOLDERS[split]);
    mkdirSync(splitFolder, { recursive: true });
    const rows: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const emotion = index % FERPLUS_EMOTIONS.length;
      const random = randomFrom(name + 1);
      const file = `fer${String(name).padStart(7, '0')}.png`;
      const data = drawFace(EXPRESSIONS[FERPLUS_EMOTIONS[emotion]!], random);
      writeFileSync(join(splitFolder, file), encode({ width: SIDE, height: SIDE, channels: 1, depth: 8, data }));
      rows.push(`${file},"(0, 0, ${SIDE}, ${SIDE})",${drawVotes(emotion, random).join(',')}`);
      name += 1;
    }
    writeFileSync(join(splitFolder, 'label.csv'), `${rows.join('\n')}\n`);
  }
}

function drawVotes(emotion: number, random: () => number): readonly number[] {
  const votes = FERPLUS_CLASSES.map(() => 0);
  for (let voter = 0; voter < VOTERS; voter += 1) {
    const choice = random() < 0.75 ? emotion : Math.floor(random() * FERPLUS_CLASSES.length);
    votes[choice]! += 1;
  }
  return votes;
}

function drawFace([mouth, brows, mouthOpen, eyesOpen]: Expression, random: () => number): Uint8Array {
  const pixels = new Float32Array(SIDE * SIDE);
  const [dx, dy] = [random() * 4 - 2, random() * 4 - 2];
  const [ground, skin, ink] = [40 + random() * 60, 150 + random() * 60, 20 + random() * 30];
  const dark = (x: number, y: number): boolean => {
    const [u, v] = [x - 24 - dx, y - 24 - dy];
    const eye = ((Math.abs(u) - 8) / 3.2) ** 2 + ((v + 5) / eyesOpen) ** 2 < 1;
    const browLine = -11 - eyesOpen / 2 - (brows * (11 - Math.abs(u))) / 6;
    const brow = Math.abs(Math.abs(u) - 8) < 5 && Math.abs(v - browLine) < 1;
    const bow = 10 - (mouth * (u * u)) / 81 + mouth / 2;
    const lips = Math.abs(u) < 9 && Math.abs(v - bow) < 1 + mouthOpen * (1 - (u / 9) ** 2);
    return eye || brow || lips;
  };
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const inside = ((x - 24 - dx) / 18) ** 2 + ((y - 24 - dy) / 22) ** 2 < 1;
      const shade = dark(x, y) ? ink : inside ? skin : ground;
      pixels[y * SIDE + x] = shade + (random() - 0.5) * 24;
    }
  }
  return Uint8Array.from(pixels, (value) => Math.max(0, Math.min(255, Math.round(value))));
}

/** Marsaglia's xorshift32: numbers in [0, 1) that depend on nothing but the seed. */
function randomFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
