import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutGrid, rowsInSight, rowTop, topToShow } from '../../../src/renderer/components/browse/grid-layout.ts';
import { MOST_HEIGHT, ScrollScale } from '../../../src/renderer/components/browse/scroll-scale.ts';
import { TILE_SIZES } from '../../../src/renderer/stores/view-codec.ts';

const WINDOW = 700;
const MILLION = 1_000_000;
const SMALL = 30_000;

/** A browser's part: it keeps scrollTop within the element, and tells of each change. */
function browserOver(scale: ScrollScale, height: number) {
  let at = scale.resize(height, WINDOW);
  return {
    scrollTo(scrollTop: number) {
      at = Math.min(Math.max(scrollTop, 0), scale.elementHeight - WINDOW);
      at = scale.scrolled(at);
    },
    wheel(by: number) {
      this.scrollTo(at + by);
    },
    rest() {
      at = scale.settle();
    },
    jump(top: number) {
      at = scale.jump(top);
    },
    get scrollTop() {
      return at;
    },
  };
}

const heightOf = (count: number, tile: (typeof TILE_SIZES)[number]): number => layoutGrid(count, 760, tile).height;
const action = fc.oneof(
  fc.record({ kind: fc.constant('wheel' as const), by: fc.integer({ min: -1200, max: 1200 }) }),
  fc.record({ kind: fc.constant('drag' as const), by: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant('jump' as const), by: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant('rest' as const), by: fc.constant(0) }),
);

describe('scrolling a list taller than an element can be', () => {
  const height = heightOf(MILLION, 192);
  const most = height - WINDOW;

  it('has an element no taller than browsers allow, for any tile size', () => {
    expect(height).toBeGreaterThan(16_000_000);
    for (const tile of TILE_SIZES) {
      const scale = new ScrollScale();
      scale.resize(heightOf(MILLION, tile), WINDOW);
      expect(scale.elementHeight).toBeLessThanOrEqual(MOST_HEIGHT);
    }
  });

  it('is plain scrolling while the list is short enough', () => {
    const scale = new ScrollScale();
    const browser = browserOver(scale, heightOf(SMALL, 96));
    expect(scale.isScaled).toBe(false);
    browser.scrollTo(123_456);
    expect([scale.top, scale.offset]).toEqual([123_456, 0]);
  });

  it('keeps list and element in step after any wheel turns, drags, jumps and rests', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const scale = new ScrollScale();
        const browser = browserOver(scale, height);
        for (const { kind, by } of actions) {
          const before = scale.top;
          if (kind === 'wheel') browser.wheel(by);
          else if (kind === 'drag') browser.scrollTo(by * (scale.elementHeight - WINDOW));
          else if (kind === 'jump') browser.jump(Math.round(by * most));
          else browser.rest();
          expect(scale.top).toBeGreaterThanOrEqual(0);
          expect(scale.top).toBeLessThanOrEqual(most);
          expect(browser.scrollTop).toBeGreaterThanOrEqual(0);
          expect(browser.scrollTop).toBeLessThanOrEqual(scale.elementHeight - WINDOW);
          expect(Math.abs(scale.top - scale.offset - browser.scrollTop)).toBeLessThanOrEqual(0.5);
          if (kind === 'rest') expect(scale.top).toBe(before);
        }
      }),
    );
  });

  it('moves px for px under the wheel, wherever it stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5000, max: most - 5000 }), fc.integer({ min: -1000, max: 1000 }), (top, by) => {
        const scale = new ScrollScale();
        const browser = browserOver(scale, height);
        browser.jump(top);
        browser.wheel(by);
        expect(scale.top).toBe(top + by);
      }),
    );
  });

  it('reaches both ends exactly by the wheel from anywhere near them, without resting', () => {
    const scale = new ScrollScale();
    const browser = browserOver(scale, height);
    browser.jump(30_000);
    for (let turn = 0; turn < 300; turn += 1) browser.wheel(-100);
    expect([scale.top, browser.scrollTop]).toEqual([0, 0]);
    browser.jump(most - 30_000);
    for (let turn = 0; turn < 300; turn += 1) browser.wheel(100);
    expect(scale.top).toBe(most);
    expect(browser.scrollTop).toBe(scale.elementHeight - WINDOW);
  });

  it('shows the first and the last face when the scrollbar is dragged to its ends', () => {
    const scale = new ScrollScale();
    const browser = browserOver(scale, height);
    browser.scrollTo(Number.POSITIVE_INFINITY);
    expect(scale.top).toBe(most);
    browser.scrollTo(0);
    expect(scale.top).toBe(0);
  });

  it('brings any face into sight by a jump, exactly', () => {
    fc.assert(
      fc.property(fc.nat(MILLION - 1), fc.constantFrom(...TILE_SIZES), fc.boolean(), (index, tile, centre) => {
        const layout = layoutGrid(MILLION, 760, tile);
        const scale = new ScrollScale();
        const browser = browserOver(scale, layout.height);
        const row = Math.floor(index / layout.columns);
        browser.jump(topToShow(layout, row, scale.top, WINDOW, centre));
        const [first, last] = rowsInSight(layout, scale.top, WINDOW, 0);
        expect(first).toBeLessThanOrEqual(row);
        expect(last).toBeGreaterThanOrEqual(row);
        expect(rowTop(layout, row)).toBeGreaterThanOrEqual(scale.top);
        expect(rowTop(layout, row) + tile).toBeLessThanOrEqual(scale.top + WINDOW);
      }),
    );
  });
});
