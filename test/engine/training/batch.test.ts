import { describe, expect, it } from 'vitest';
import { augmentationPreset } from '../../../src/main/engine/training/augmentation/presets.ts';
import { type BatchSettings, makeBatch } from '../../../src/main/engine/training/batch.ts';
import type { TrainingSet } from '../../../src/main/engine/training/targets.ts';
import { seededRandom } from '../../support/random.ts';

const SIDE = 6;
const random = seededRandom(2);
const SET: TrainingSet = {
  side: SIDE,
  classes: ['a', 'b'],
  faces: Array.from({ length: 10 }, (_, index) => ({
    id: 100 + index,
    pixels: Uint8Array.from({ length: SIDE * SIDE }, () => 256 * random()),
    target: Float32Array.from(index % 2 === 0 ? [0.75, 0.25] : [0, 1]),
    label: index % 2,
    ambiguity: 0,
  })),
};
const PLAIN: BatchSettings = {
  prior: Float32Array.from([0.5, 0.5, 0.125, 0.875]),
  classWeights: Float32Array.from([0.5, 2]),
  augmentation: null,
};
const AUGMENTED: BatchSettings = {
  ...PLAIN,
  augmentation: { amounts: augmentationPreset('light').amounts, seed: 1, epoch: 3 },
};
const area = SIDE * SIDE;
const pixelsAt = (pixels: Uint8Array, index: number): number[] => [
  ...pixels.subarray(index * area, (index + 1) * area),
];

describe('a batch', () => {
  const batch = makeBatch(SET, PLAIN, Uint32Array.from([3, 0]));

  it('holds the faces at the positions asked for, in that order', () => {
    expect(batch).toMatchObject({ size: 2, ids: [103, 100] });
    expect(pixelsAt(batch.pixels, 0)).toEqual([...SET.faces[3]!.pixels]);
    expect(pixelsAt(batch.pixels, 1)).toEqual([...SET.faces[0]!.pixels]);
    expect([...batch.targets]).toEqual([0, 1, 0.75, 0.25]);
  });

  it('gives each face its label’s row of the prior and its label’s weight', () => {
    expect([...batch.priorRows!]).toEqual([0.125, 0.875, 0.5, 0.5]);
    expect([...batch.weights]).toEqual([2, 0.5]);
  });

  it('has no rows without a prior', () => {
    expect(makeBatch(SET, { ...PLAIN, prior: null }, Uint32Array.from([3])).priorRows).toBeNull();
  });

  it('leaves the set’s own pixels as they are', () => {
    const before = SET.faces.map(({ pixels }) => [...pixels]);
    makeBatch(SET, AUGMENTED, Uint32Array.from([0, 1, 2, 3])).pixels.fill(0);
    expect(SET.faces.map(({ pixels }) => [...pixels])).toEqual(before);
  });
});

describe('an augmented batch', () => {
  it('changes a face the same whatever stands beside it', () => {
    const alone = makeBatch(SET, AUGMENTED, Uint32Array.from([4]));
    const among = makeBatch(SET, AUGMENTED, Uint32Array.from([7, 1, 4, 9]));
    expect(pixelsAt(among.pixels, 2)).toEqual(pixelsAt(alone.pixels, 0));
    expect(pixelsAt(alone.pixels, 0)).not.toEqual([...SET.faces[4]!.pixels]);
  });

  it('changes a face that an epoch meets again in another way', () => {
    const { pixels } = makeBatch(SET, AUGMENTED, Uint32Array.from([4, 4]), Uint32Array.from([0, 1]));
    expect(pixelsAt(pixels, 1)).not.toEqual(pixelsAt(pixels, 0));
  });
});
