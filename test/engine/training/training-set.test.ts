import { describe, expect, it } from 'vitest';
import { trainingTargets } from '../../../src/main/api/training-targets.ts';
import { planFor } from '../../../src/main/engine/training/augmentation/augment.ts';
import { augmentationPreset } from '../../../src/main/engine/training/augmentation/presets.ts';
import { previewAugmentation } from '../../../src/main/engine/training/augmentation/preview.ts';
import { renderFace } from '../../../src/main/engine/training/augmentation/render.ts';
import { readTrainingSet } from '../../../src/main/engine/training/training-set.ts';
import { EngineError } from '../../../src/shared/errors.ts';
import { tempLibrary } from '../../support/temp.ts';
import { addFaces, CLASS_NAMES, facePixels } from '../face-library.ts';

const SIDE = 8;
/** Each face's votes are 3, 1 and 0. */
const MAJORITY = 'majority';

function library(count: number, channels: 1 | 3 = 1) {
  const opened = tempLibrary();
  const datasetId = addFaces(opened, { count, channels, split: (index) => (index % 3 === 0 ? 'valid' : 'train') });
  return { opened, table: trainingTargets(opened, { datasetId, splits: ['train'], protocol: MAJORITY }) };
}

describe('a training set', () => {
  it('has the pixels and targets of every kept face of its splits', async () => {
    const { opened, table } = library(700);
    const { set, unreadable } = await readTrainingSet({ library: opened, table, side: SIDE, usesVotes: false });
    expect(unreadable).toEqual([]);
    expect(set.classes).toEqual(CLASS_NAMES);
    expect(set.faces.map(({ id }) => id)).toEqual(
      Array.from({ length: 700 }, (_, index) => index + 1).filter((id) => (id - 1) % 3 !== 0),
    );
    for (const { id, pixels, target, label, ambiguity } of set.faces) {
      expect([...pixels]).toEqual([...facePixels(id - 1, SIDE, 1)]);
      expect([...target]).toEqual([1, 0, 0]);
      expect(label).toBe(0);
      const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)) / Math.log(3);
      expect(ambiguity).toBeCloseTo(entropy, 6);
    }
  });

  it('has the votes’ shares as targets for a loss that uses votes, under the same label', async () => {
    const { opened, table } = library(4);
    const { set } = await readTrainingSet({ library: opened, table, side: SIDE, usesVotes: true });
    expect(set.faces.map(({ target, label }) => ({ target: [...target], label }))).toEqual([
      { target: [0.75, 0.25, 0], label: 0 },
      { target: [0.75, 0.25, 0], label: 0 },
    ]);
  });

  it('turns colour into grey and other sizes into its own', async () => {
    const { opened, table } = library(2, 3);
    const { set } = await readTrainingSet({ library: opened, table, side: 4, usesVotes: false });
    const colour = facePixels(1, SIDE, 3);
    const grey = (x: number, y: number): number => {
      const at = 3 * (y * SIDE + x);
      return 0.299 * colour[at]! + 0.587 * colour[at + 1]! + 0.114 * colour[at + 2]!;
    };
    const first = (grey(0, 0) + grey(1, 0) + grey(0, 1) + grey(1, 1)) / 4;
    expect(set.faces[0]!.pixels).toHaveLength(16);
    expect(Math.abs(set.faces[0]!.pixels[0]! - first)).toBeLessThanOrEqual(0.51);
  });

  it('leaves out and names a face whose image cannot be read', async () => {
    const { opened, table } = library(6);
    opened.sqlite
      .prepare('UPDATE images SET bytes = ? WHERE id = (SELECT image_id FROM samples WHERE id = 3)')
      .run(Buffer.from('no image'));
    const { set, unreadable } = await readTrainingSet({ library: opened, table, side: SIDE, usesVotes: false });
    expect(set.faces.map(({ id }) => id)).toEqual([2, 5, 6]);
    expect([...set.faces[1]!.pixels]).toEqual([...facePixels(4, SIDE, 1)]);
    expect(unreadable.map(({ sampleId }) => sampleId)).toEqual([3]);
    expect(unreadable[0]!.message).toContain('it is not a PNG');
  });

  it('says how far it is and stops when asked to', async () => {
    const { opened, table } = library(900);
    const controller = new AbortController();
    const said: [number, number][] = [];
    const reading = readTrainingSet({
      library: opened,
      table,
      side: SIDE,
      usesVotes: false,
      signal: controller.signal,
      onProgress: (done, total) => {
        said.push([done, total]);
        if (done === 512) controller.abort(new Error('enough'));
      },
    });
    await expect(reading).rejects.toThrow('enough');
    expect(said).toEqual([
      [256, 600],
      [512, 600],
    ]);
  });
});

describe('the preview of an augmentation', () => {
  const { amounts } = augmentationPreset('paper');

  it('shows a face as a run of that seed meets it', async () => {
    const { opened } = library(3);
    const shown = await previewAugmentation(opened, { faceId: 2, side: SIDE, amounts, seed: 5, epoch: 1 });
    const met = new Uint8ClampedArray(SIDE * SIDE);
    const plan = planFor(amounts, SIDE, { seed: 5, epoch: 1, faceId: 2, repeat: 0 });
    renderFace(facePixels(1, SIDE, 1), SIDE, plan, met);
    expect([...shown]).toEqual([...met]);
  });

  it('refuses a face that is not there', async () => {
    const { opened } = library(1);
    const request = { faceId: 99, side: SIDE, amounts, seed: 5, epoch: 1 };
    await expect(previewAugmentation(opened, request)).rejects.toThrow(
      new EngineError('The face cannot be shown: There is no face with the number 99.'),
    );
  });
});
