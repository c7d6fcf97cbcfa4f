import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countOf,
  holds,
  NOTHING,
  type Ranges,
  spansOf,
  toggled,
  without,
  withRange,
} from '../../../src/renderer/stores/view-ranges.ts';

const SIZE = 60;
const step = fc.record({
  kind: fc.constantFrom('add', 'remove', 'toggle'),
  a: fc.nat(SIZE - 1),
  b: fc.nat(SIZE - 1),
});

const members = (ranges: Ranges): number[] => Array.from({ length: SIZE }, (_, n) => n).filter((n) => holds(ranges, n));

describe('a selection as ranges', () => {
  it('holds what a plain set would hold after any steps, sorted, disjoint and never touching', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let ranges = NOTHING;
        const set = new Set<number>();
        for (const { kind, a, b } of steps) {
          const [first, last] = kind === 'toggle' ? [a, a] : [Math.min(a, b), Math.max(a, b)];
          const add = kind === 'add' || (kind === 'toggle' && !set.has(a));
          for (let n = first; n <= last; n += 1) add ? set.add(n) : set.delete(n);
          if (kind === 'toggle') ranges = toggled(ranges, a);
          else ranges = add ? withRange(ranges, first, last) : without(ranges, first, last);
        }
        expect(members(ranges)).toEqual([...set].sort((x, y) => x - y));
        expect(countOf(ranges)).toBe(set.size);
        ranges.forEach(([first, last], n) => {
          expect(first).toBeLessThanOrEqual(last);
          if (n > 0) expect(first).toBeGreaterThan(ranges[n - 1]![1] + 1);
        });
      }),
    );
  });

  it('costs one pair for a million faces, and two when one of them is taken out', () => {
    const all = withRange(NOTHING, 0, 999_999);
    expect(all).toEqual([[0, 999_999]]);
    const most = toggled(all, 500_000);
    expect(most).toHaveLength(2);
    expect(countOf(most)).toBe(999_999);
  });

  it('is walked in spans that cover it exactly, none longer than asked', () => {
    const ranges: Ranges = [
      [3, 3],
      [10, 4_500],
    ];
    expect([...spansOf(ranges, 2000)]).toEqual([
      { offset: 3, limit: 1 },
      { offset: 10, limit: 2000 },
      { offset: 2010, limit: 2000 },
      { offset: 4010, limit: 491 },
    ]);
  });
});
