import type { TileSize } from '../../stores/view-codec.ts';

export const GRID_PADDING = 12;
const BAR = 6;
const CAPTION = 22;
const GAPS: Readonly<Record<TileSize, number>> = { 48: 5, 96: 8, 144: 10, 192: 12 };

/** Tiles this large have room for a line with both labels under the face. */
export const hasCaption = (tile: TileSize): boolean => tile >= 144;

/** How the tiles stand: the first column at `left`, the next `pitch` further on, rows `rowHeight` apart; px. */
export interface GridLayout {
  readonly tile: TileSize;
  readonly columns: number;
  readonly rows: number;
  readonly left: number;
  readonly pitch: number;
  readonly rowHeight: number;
  /** Height of the whole list with its padding. */
  readonly height: number;
}

/** Lays `count` tiles into `width` px; what is left over widens the gaps, at most to double, then both margins alike. */
export function layoutGrid(count: number, width: number, tile: TileSize): GridLayout {
  const gap = GAPS[tile];
  const room = Math.max(0, width - 2 * GRID_PADDING);
  const columns = Math.max(1, Math.floor((room + gap) / (tile + gap)));
  const spare = columns === 1 ? 0 : (room - columns * tile - (columns - 1) * gap) / (columns - 1);
  const pitch = tile + gap + Math.floor(Math.min(spare, gap));
  const used = (columns - 1) * pitch + tile;
  const rows = Math.ceil(count / columns);
  const rowHeight = tile + BAR + (hasCaption(tile) ? CAPTION : 0) + gap;
  return {
    tile,
    columns,
    rows,
    left: GRID_PADDING + Math.max(0, Math.floor((room - used) / 2)),
    pitch,
    rowHeight,
    height: rows === 0 ? 0 : rows * rowHeight - gap + 2 * GRID_PADDING,
  };
}

/** Top of a row inside the list, px. */
export const rowTop = (layout: GridLayout, row: number): number => GRID_PADDING + row * layout.rowHeight;

/** First and last row that touch the window [top, top + window], with `over` more on either side. */
export function rowsInSight(layout: GridLayout, top: number, window: number, over: number): readonly [number, number] {
  const first = Math.floor((top - GRID_PADDING) / layout.rowHeight) - over;
  const last = Math.floor((top + window - GRID_PADDING) / layout.rowHeight) + over;
  return [Math.max(0, first), Math.min(layout.rows - 1, last)];
}

/** Where the list must stand so that a row is wholly in sight; moves no further than needed, or centres it. */
export function topToShow(layout: GridLayout, row: number, top: number, window: number, centre = false): number {
  const start = rowTop(layout, row);
  const end = start + layout.rowHeight;
  if (centre) return start - (window - layout.rowHeight) / 2;
  if (start - GRID_PADDING < top) return start - GRID_PADDING;
  return end > top + window ? end - window : top;
}

/** Rows a page key moves: all that are wholly in sight but one. */
export const rowsPerPage = (layout: GridLayout, window: number): number =>
  Math.max(1, Math.floor(window / layout.rowHeight) - 1);
