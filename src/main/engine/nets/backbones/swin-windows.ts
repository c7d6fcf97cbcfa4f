/** Rows and columns, in tokens. */
export type Size = readonly [rows: number, columns: number];

/** How one block cuts its map of tokens into windows. */
export interface Windowing {
  readonly map: Size;
  readonly window: Size;
  /** By how much the map is rolled up and to the left before it is cut. */
  readonly shift: Size;
}

/** Windows of `side`, or as large as the map where that is smaller; there one window sees all, so nothing is shifted. */
export function windowingOf(map: Size, side: number, shifted: boolean): Windowing {
  const along = (length: number): number => (shifted && length > side ? Math.floor(side / 2) : 0);
  return { map, window: [Math.min(map[0], side), Math.min(map[1], side)], shift: [along(map[0]), along(map[1])] };
}

/** How many windows stand below and beside each other; the last ones may reach over the map's edge. */
export const gridOf = ({ map, window }: Windowing): Size => [
  Math.ceil(map[0] / window[0]),
  Math.ceil(map[1] / window[1]),
];

export const areaOf = ([rows, columns]: Size): number => rows * columns;

/**
 * Which token of the map stands at each place, window after window, a window row by row. Places over the map's edge
 * get a number of their own each, from the map's area on.
 */
export function tokensInWindows(windowing: Windowing): readonly number[] {
  const { map, shift } = windowing;
  let beyond = areaOf(map);
  return placesOf(windowing).map(([row, column]) =>
    row < map[0] && column < map[1] ? ((row + shift[0]) % map[0]) * map[1] + ((column + shift[1]) % map[1]) : beyond++,
  );
}

/** The position in the rolled map of each place, window after window. */
function placesOf(windowing: Windowing): readonly Size[] {
  const { window } = windowing;
  return cellsOf(gridOf(windowing)).flatMap(([down, across]) =>
    cellsOf(window).map(([row, column]): Size => [down * window[0] + row, across * window[1] + column]),
  );
}

const cellsOf = ([rows, columns]: Size): readonly Size[] =>
  Array.from({ length: rows * columns }, (_, at): Size => [Math.floor(at / columns), at % columns]);

/** For each pair of places in a window, the row of the table of relative positions, which has (2r − 1)·(2c − 1). */
export function relativePositionIndex([rows, columns]: Size): readonly number[] {
  const cells = cellsOf([rows, columns]);
  return cells.flatMap(([row, column]) =>
    cells.map(([other, beside]) => (row - other + rows - 1) * (2 * columns - 1) + column - beside + columns - 1),
  );
}

/** What is added to the score of two tokens that a shift brought into one window though they are no neighbours. */
const APART = -100;

/** For each window, each pair of its places: 0 or `APART`. Null where nothing is shifted. */
export function shiftMask(windowing: Windowing): Float32Array | null {
  const { window, shift } = windowing;
  if (shift[0] === 0 && shift[1] === 0) return null;
  const grid = gridOf(windowing);
  const strip = (at: number, axis: 0 | 1): number => {
    const end = grid[axis] * window[axis];
    if (shift[axis] === 0 || at < end - window[axis]) return 0;
    return at < end - shift[axis] ? 1 : 2;
  };
  const regions = placesOf(windowing).map(([row, column]) => 3 * strip(row, 0) + strip(column, 1));
  const size = areaOf(window);
  const mask = new Float32Array(regions.length * size);
  for (const [place, region] of regions.entries()) {
    const first = place - (place % size);
    for (let other = 0; other < size; other += 1) {
      if (regions[first + other] !== region) mask[place * size + other] = APART;
    }
  }
  return mask;
}

/**
 * The tokens of each 2×2 group, group after group, in timm's order: down the left column, then down the right.
 * Places over an odd map's edge get a number of their own each, from the map's area on.
 */
export function tokensInGroups([rows, columns]: Size): readonly number[] {
  let beyond = rows * columns;
  return cellsOf([Math.ceil(rows / 2), Math.ceil(columns / 2)]).flatMap(([down, across]) =>
    [0, 1, 2, 3].map((part) => {
      const [row, column] = [2 * down + (part % 2), 2 * across + Math.floor(part / 2)];
      return row < rows && column < columns ? row * columns + column : beyond++;
    }),
  );
}
