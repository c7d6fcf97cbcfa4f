import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { drawnFace, writeDrawnFaces } from '../../../src/main/cli/demo/drawn-dataset.ts';
import { expressed, PROTOTYPES } from '../../../src/main/cli/demo/expressions.ts';
import { FERPLUS_EMOTIONS } from '../../../src/shared/class-sets.ts';
import { suiteFolder } from '../../support/temp.ts';

const FACES = Array.from({ length: 240 }, (_, number) => drawnFace(number));
const TEN = 10;

describe('a drawn face', () => {
  it('is the same whenever it is drawn, and unlike the next of its emotion', () => {
    expect(drawnFace(17)).toEqual(FACES[17]);
    expect(FACES[17]!.data).not.toEqual(FACES[17 + FERPLUS_EMOTIONS.length]!.data);
  });

  it('has ten votes, most of them for the emotion drawn, and ambiguous faces among the rest', () => {
    expect(FACES.every(({ votes }) => votes.length === TEN && votes.reduce((sum, n) => sum + n) === TEN)).toBe(true);
    const isSettled = FACES.map(({ votes }, number) => votes[number % FERPLUS_EMOTIONS.length]! > TEN / 2);
    const settled = isSettled.filter(Boolean).length / FACES.length;
    expect(settled).toBeGreaterThan(0.6);
    expect(settled).toBeLessThan(0.97);
  });
});

describe('an expression', () => {
  it('goes from rest to its prototype with its strength', () => {
    expect(Object.values(expressed('fear', 0, 0, Math.random)).every((unit) => unit === 0 || Object.is(unit, -0))).toBe(
      true,
    );
    expect(expressed('fear', 1, 0, Math.random)).toEqual(PROTOTYPES.fear);
    expect(expressed('anger', 0.5, 0, Math.random).innerBrow).toBe(-0.5);
  });
});

describe('a drawn dataset', () => {
  it('is a folder a split of 48×48 grey files with their votes beside them', () => {
    const folder = suiteFolder();
    writeDrawnFaces(folder, { train: 9, valid: 3 });
    expect(readdirSync(folder).toSorted()).toEqual(['FER2013Train', 'FER2013Valid']);
    const rows = readFileSync(join(folder, 'FER2013Valid', 'label.csv'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toBe(`fer0000009.png,"(0, 0, 48, 48)",${FACES[9]!.votes.join(',')}`);
    const image = decode(readFileSync(join(folder, 'FER2013Valid', 'fer0000009.png')));
    expect(image).toMatchObject({ width: 48, height: 48, channels: 1 });
    expect(Uint8Array.from(image.data)).toEqual(FACES[9]!.data);
  });
});
