import { useElementSize } from '@vueuse/core';
import { computed, onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import type { TileSize } from '../../stores/view-codec.ts';
import { type GridLayout, layoutGrid, rowsInSight, rowTop, topToShow } from './grid-layout.ts';
import { ScrollScale } from './scroll-scale.ts';

const OVER = 3;
const REST = 150;

export interface FaceScrollOptions {
  readonly scroller: Readonly<Ref<HTMLElement | null>>;
  readonly count: () => number;
  readonly tile: () => TileSize;
  /** The place to keep in sight when the layout changes, if it is in sight; otherwise the first one is kept. */
  readonly keep: () => number | null;
}

/** Ties a scroller to the rows of a long grid: which rows to draw, where, and how to bring a place into sight. */
export function useFaceScroll(options: FaceScrollOptions) {
  const { width, height } = useElementSize(options.scroller as Ref<HTMLElement | null>);
  const scale = new ScrollScale();
  const layout = computed<GridLayout>(() => layoutGrid(options.count(), width.value, options.tile()));
  const top = ref(0);
  const element = shallowRef({ height: 0, offset: 0 });
  const sight = computed(() => rowsInSight(layout.value, top.value, height.value, OVER).join());
  /** Another list only when a row comes or goes, so that scrolling within a row costs nothing. */
  const rows = computed(() => {
    const [first = 0, last = -1] = sight.value.split(',').map(Number);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
  });

  let rest: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(rest));

  function draw(scrollTop: number): void {
    top.value = scale.top;
    const { height: before, offset } = element.value;
    if (before !== scale.elementHeight || offset !== scale.offset) {
      element.value = { height: scale.elementHeight, offset: scale.offset };
    }
    const scroller = options.scroller.value;
    if (scroller === null || Math.abs(scroller.scrollTop - scrollTop) < 1) return;
    const sizer = scroller.firstElementChild as HTMLElement | null;
    if (sizer !== null) sizer.style.height = `${scale.elementHeight}px`;
    scroller.scrollTop = scrollTop;
  }

  function onScroll(): void {
    const scroller = options.scroller.value;
    if (scroller === null || Math.abs(scroller.scrollTop - scale.scrollTop) < 1) return;
    draw(scale.scrolled(scroller.scrollTop));
    clearTimeout(rest);
    if (scale.isScaled) rest = setTimeout(() => draw(scale.settle()), REST);
  }

  const jump = (to: number): void => draw(scale.jump(to));

  /** Brings a place into sight, moving no further than needed, or into the middle. */
  function show(index: number, centre = false): void {
    const row = Math.floor(index / layout.value.columns);
    const wanted = topToShow(layout.value, row, scale.top, height.value, centre);
    if (wanted !== scale.top) jump(wanted);
  }

  watch([layout, height], ([next, window], [last]) => {
    if (window === 0) return;
    const moved = last !== undefined && (next.columns !== last.columns || next.rowHeight !== last.rowHeight);
    const kept = moved ? keptPlace(last, window) : null;
    draw(scale.resize(next.height, window));
    if (kept !== null) jump(rowTop(next, Math.floor(kept.index / next.columns)) - kept.below);
  });

  function keptPlace(layoutBefore: GridLayout, window: number): { index: number; below: number } | null {
    if (scale.top === 0) return null;
    const wanted = options.keep();
    const below = wanted === null ? -1 : rowTop(layoutBefore, Math.floor(wanted / layoutBefore.columns)) - scale.top;
    if (wanted !== null && below >= 0 && below < window) return { index: wanted, below };
    const row = Math.max(0, Math.ceil((scale.top - rowTop(layoutBefore, 0)) / layoutBefore.rowHeight));
    return { index: row * layoutBefore.columns, below: rowTop(layoutBefore, row) - scale.top };
  }

  /** Where a row stands inside the element, px. */
  const placeOf = (row: number): number => rowTop(layout.value, row) - element.value.offset;

  return { layout, top, element, rows, height, onScroll, jump, show, placeOf };
}
