/** A set of whole numbers as sorted, disjoint, non-touching ranges [first, last]; a million members cost one pair. */
export type Ranges = readonly (readonly [number, number])[];

export const NOTHING: Ranges = [];

/** How many numbers the set holds. */
export const countOf = (ranges: Ranges): number => ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);

/** Whether the set holds `index`, in logarithmic time. */
export function holds(ranges: Ranges, index: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = ranges[middle]!;
    if (index < first) high = middle - 1;
    else if (index > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** The set with first..last taken out. */
export function without(ranges: Ranges, first: number, last: number): Ranges {
  return ranges.flatMap(([from, to]): (readonly [number, number])[] => {
    if (to < first || from > last) return [[from, to]];
    const left: readonly [number, number][] = from < first ? [[from, first - 1]] : [];
    const right: readonly [number, number][] = to > last ? [[last + 1, to]] : [];
    return [...left, ...right];
  });
}

/** The set with first..last added. */
export function withRange(ranges: Ranges, first: number, last: number): Ranges {
  let [low, high] = [first, last];
  const apart = ranges.filter(([from, to]) => {
    if (to < first - 1 || from > last + 1) return true;
    low = Math.min(low, from);
    high = Math.max(high, to);
    return false;
  });
  return [...apart, [low, high] as const].sort((a, b) => a[0] - b[0]);
}

/** The set with one number put in, or taken out if it was in. */
export const toggled = (ranges: Ranges, index: number): Ranges =>
  holds(ranges, index) ? without(ranges, index, index) : withRange(ranges, index, index);

/** Walks the set in order as spans no longer than `most`, for asking the backend page by page. */
export function* spansOf(ranges: Ranges, most: number): Generator<{ readonly offset: number; readonly limit: number }> {
  for (const [first, last] of ranges) {
    for (let offset = first; offset <= last; offset += most) {
      yield { offset, limit: Math.min(most, last - offset + 1) };
    }
  }
}
