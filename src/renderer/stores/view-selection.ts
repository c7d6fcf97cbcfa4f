import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { SampleTile } from '../../shared/entities.ts';
import { client } from '../client.ts';
import { useFaces } from './view-faces.ts';
import { countOf, holds, NOTHING, type Ranges, spansOf, toggled, withRange } from './view-ranges.ts';

export const MOST_KEYS = 100_000;
const SPAN = 2000;

/** Where the cursor stands in the view and which places are selected; both end with the view they belong to. */
export const useSelection = defineStore('selection', () => {
  const faces = useFaces();
  const cursor = ref<number | null>(null);
  const anchor = ref(0);
  const ranges = shallowRef<Ranges>(NOTHING);
  const count = computed(() => countOf(ranges.value));

  watch(
    () => faces.generation,
    () => {
      ranges.value = NOTHING;
      anchor.value = 0;
      cursor.value = null;
    },
  );

  const has = (index: number): boolean => holds(ranges.value, index);

  /** Moves the cursor; with `extend` everything from the anchor to it becomes the selection. */
  function moveTo(index: number, extend = false): void {
    if (extend) ranges.value = withRange(NOTHING, Math.min(anchor.value, index), Math.max(anchor.value, index));
    else anchor.value = index;
    cursor.value = index;
  }

  function toggle(index: number): void {
    ranges.value = toggled(ranges.value, index);
    anchor.value = index;
    cursor.value = index;
  }

  function selectAll(): void {
    if (faces.total) ranges.value = [[0, faces.total - 1]];
  }

  function clear(): void {
    ranges.value = NOTHING;
  }

  /** The selected faces in the view's order. */
  async function tiles(): Promise<readonly SampleTile[]> {
    const query = faces.query;
    if (query === null) return [];
    const found: SampleTile[] = [];
    for (const { offset, limit } of spansOf(ranges.value, SPAN)) {
      found.push(...(await client.samples.page({ query, offset, limit })).tiles);
    }
    return found;
  }

  /** The keys of the selected faces in the view's order, asked for in spans of 2,000; `onProgress` hears how many are here. */
  async function keys(onProgress: (done: number) => void): Promise<readonly string[]> {
    const query = faces.query;
    if (query === null) return [];
    const found: string[] = [];
    for (const { offset, limit } of spansOf(ranges.value, SPAN)) {
      const page = await client.samples.page({ query, offset, limit });
      for (const { key } of page.tiles) found.push(key);
      onProgress(found.length);
    }
    return found;
  }

  return { cursor, ranges, count, has, moveTo, toggle, selectAll, clear, tiles, keys };
});
