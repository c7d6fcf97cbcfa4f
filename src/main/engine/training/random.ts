import { hash } from 'node:crypto';
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Draws that follow from where they are needed alone, so that a resumed run draws what an undisturbed one would. */
export interface Draws {
  /** The next number in [0, 1). */
  uniform(): number;
  /** The next whole number from 0 to `most`, both included. */
  whole(most: number): number;
}

/** The draws of one purpose under a seed; `place` says where in the run: epoch, step, face. */
export function drawsFor(purpose: string, seed: number, ...place: readonly number[]): Draws {
  const bytes = hash('sha256', `${purpose} ${seed} ${place.join(' ')}`, 'buffer');
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => bytes.readInt32LE(at)));
  return {
    uniform: () => uniformFloat32(generator),
    whole: (most) => uniformInt(generator, 0, most),
  };
}
