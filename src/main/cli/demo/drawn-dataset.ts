import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import { FERPLUS_EMOTIONS } from '../../../shared/class-sets.ts';
import { drawVotes } from './annotators.ts';
import { drawFace, SIDE } from './draw-face.ts';
import { expressed } from './expressions.ts';
import { drawNuisance, hiddenShare } from './nuisance.ts';

const FOLDERS = { train: 'FER2013Train', valid: 'FER2013Valid', test: 'FER2013Test' } as const;
type DrawnSplit = keyof typeof FOLDERS;

/** How far apart faces of one expression are, in action units. */
const UNIT_NOISE = 0.16;

/**
 * Writes drawn faces with ten simulated annotators' votes in FERPlus's own layout (a folder a split: 48×48 grey PNGs
 * and label.csv). Emotions take turns; the n-th face is the same whatever else is written.
 */
export function writeDrawnFaces(folder: string, faces: Readonly<Partial<Record<DrawnSplit, number>>>): void {
  let number = 0;
  for (const [split, count] of Object.entries(faces) as [DrawnSplit, number][]) {
    const splitFolder = join(folder, FOLDERS[split]);
    mkdirSync(splitFolder, { recursive: true });
    const rows: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const file = `fer${String(number).padStart(7, '0')}.png`;
      const { data, votes } = drawnFace(number);
      writeFileSync(join(splitFolder, file), encode({ width: SIDE, height: SIDE, channels: 1, depth: 8, data }));
      rows.push(`${file},"(0, 0, ${SIDE}, ${SIDE})",${votes.join(',')}`);
      number += 1;
    }
    writeFileSync(join(splitFolder, 'label.csv'), `${rows.join('\n')}\n`);
  }
}

/** The `number`-th face as 48×48 grey bytes, and its votes for FERPlus's ten classes. */
export function drawnFace(number: number): { readonly data: Uint8Array; readonly votes: readonly number[] } {
  const generator = mersenne(number);
  const draw = (): number => uniformFloat64(generator);
  const emotion = FERPLUS_EMOTIONS[number % FERPLUS_EMOTIONS.length]!;
  const units = expressed(emotion, 0.3 + 0.75 * draw(), UNIT_NOISE, draw);
  const nuisance = drawNuisance(draw);
  return { data: drawFace(units, nuisance, draw), votes: drawVotes(units, hiddenShare(nuisance), draw) };
}
