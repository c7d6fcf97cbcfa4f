import { describe, expect, it } from 'vitest';
import {
  relativePositionIndex,
  type Size,
  shiftMask,
  tokensInGroups,
  tokensInWindows,
  windowingOf,
} from '../../../src/main/engine/nets/backbones/swin-windows.ts';

describe('windowing', () => {
  it('is shifted by half a window, rounded down', () => {
    expect(windowingOf([14, 28], 7, true)).toEqual({ map: [14, 28], window: [7, 7], shift: [3, 3] });
  });

  it('is as large as the map, and then not shifted, along an axis that the window covers', () => {
    expect(windowingOf([7, 14], 7, true)).toEqual({ map: [7, 14], window: [7, 7], shift: [0, 3] });
    expect(windowingOf([3, 5], 7, true)).toEqual({ map: [3, 5], window: [3, 5], shift: [0, 0] });
  });
});

describe('tokens in windows', () => {
  it('stand window after window, row by row', () => {
    expect(tokensInWindows(windowingOf([4, 4], 2, false))).toEqual([
      0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,
    ]);
  });

  it('come from around the edges where the map is rolled', () => {
    expect(tokensInWindows(windowingOf([4, 4], 2, true))).toEqual([
      5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0,
    ]);
  });

  it('leave places over the edge of a map that is no multiple of the window', () => {
    expect(tokensInWindows(windowingOf([3, 2], 2, false))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(tokensInWindows(windowingOf([2, 3], 2, false))).toEqual([0, 1, 3, 4, 2, 6, 5, 7]);
  });
});

it('a relative position has one index, whichever pair of places it stands between', () => {
  const [rows, columns] = [3, 4];
  const index = relativePositionIndex([rows, columns]);
  const seen = new Map<string, number>();
  for (let at = 0; at < index.length; at += 1) {
    const [from, to] = [Math.floor(at / (rows * columns)), at % (rows * columns)];
    const down = Math.floor(from / columns) - Math.floor(to / columns);
    const offset = `${down} ${(from % columns) - (to % columns)}`;
    expect(seen.get(offset) ?? index[at]).toBe(index[at]);
    seen.set(offset, index[at]!);
  }
  expect([...seen.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: 5 * 7 }, (_, at) => at));
});

it('relative positions are counted as Swin’s weights are stored', () => {
  expect(relativePositionIndex([2, 2])).toEqual([4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4]);
});

describe('the mask of a shift', () => {
  it('is not needed where nothing is shifted', () => {
    expect(shiftMask(windowingOf([8, 8], 4, false))).toBeNull();
    expect(shiftMask(windowingOf([4, 4], 4, true))).toBeNull();
  });

  it.each<readonly [Size, number]>([
    [[8, 8], 4],
    [[14, 21], 7],
    [[6, 2], 3],
  ])('of %j tokens and window %i keeps apart what was further apart than a window', (map, side) => {
    const windowing = windowingOf(map, side, true);
    const tokens = tokensInWindows(windowing);
    const size = windowing.window[0] * windowing.window[1];
    const near = (a: number, b: number): boolean =>
      Math.abs(Math.floor(a / map[1]) - Math.floor(b / map[1])) < side && Math.abs((a % map[1]) - (b % map[1])) < side;
    const expected = tokens.flatMap((token, place) => {
      const first = place - (place % size);
      return tokens.slice(first, first + size).map((other) => (near(token, other) ? 0 : -100));
    });
    expect([...shiftMask(windowing)!]).toEqual(expected);
    expect(new Set(expected)).toEqual(new Set([0, -100]));
  });
});

describe('groups of four', () => {
  it('are taken column by column, as timm’s weights expect', () => {
    expect(tokensInGroups([2, 4])).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
  });

  it('reach over the edge of an odd map', () => {
    expect(tokensInGroups([1, 3])).toEqual([0, 3, 1, 4, 2, 5, 6, 7]);
  });
});
