import { describe, expect, it } from 'vitest';
import { drawFaces, pickFaces, withoutFaces } from '../../../../src/main/engine/training/run/faces.ts';
import type { FaceTargets } from '../../../../src/main/engine/training/targets.ts';

const COUNT = 50;

const table: FaceTargets = {
  classes: ['a', 'b'],
  ids: Uint32Array.from({ length: COUNT }, (_, face) => 100 + face),
  labels: Uint16Array.from({ length: COUNT }, (_, face) => face % 2),
  targets: Float32Array.from({ length: 2 * COUNT }, (_, at) => at),
  shares: Float32Array.from({ length: 2 * COUNT }, (_, at) => -at),
  ambiguity: Float32Array.from({ length: COUNT }, (_, face) => face / COUNT),
  dropped: 4,
};

describe('some faces of a table', () => {
  it('keep all that is known of each', () => {
    const picked = pickFaces(table, [3, 40]);
    expect([...picked.ids]).toEqual([103, 140]);
    expect([...picked.labels]).toEqual([1, 0]);
    expect([...picked.targets]).toEqual([6, 7, 80, 81]);
    expect([...picked.shares]).toEqual([-6, -7, -80, -81]);
    expect([...picked.ambiguity]).toEqual([Math.fround(3 / COUNT), Math.fround(40 / COUNT)]);
    expect(picked).toMatchObject({ classes: ['a', 'b'], dropped: 4 });
  });

  it('are drawn by the seed alone, each at most once and in the table’s order', () => {
    const drawn = drawFaces(table, 20, 1);
    expect(drawn.ids).toHaveLength(20);
    expect([...drawn.ids]).toEqual([...new Set(drawn.ids)].sort((a, b) => a - b));
    expect(drawFaces(table, 20, 1)).toEqual(drawn);
    expect([...drawFaces(table, 20, 2).ids]).not.toEqual([...drawn.ids]);
    const met = new Set(Array.from({ length: 40 }, (_, seed) => [...drawFaces(table, 20, seed).ids]).flat());
    expect(met.size).toBe(COUNT);
  });

  it('are all of them where no fewer are wanted', () => {
    expect(drawFaces(table, null, 1)).toBe(table);
    expect(drawFaces(table, COUNT, 1)).toBe(table);
  });

  it('can be all but some', () => {
    const left = withoutFaces(table, new Set([100, 149]));
    expect(left.ids).toHaveLength(COUNT - 2);
    expect([left.ids[0], left.ids.at(-1)]).toEqual([101, 148]);
  });
});
