import { refDebounced, useThrottleFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { Facets, SampleTile, ViewQuery } from '../../shared/entities.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { onBackendChange } from '../backend-events.ts';
import { client } from '../client.ts';
import { toRecord } from '../errors.ts';
import { useMeasures } from './measures.ts';
import { useViewFrame } from './view-frame.ts';
import { Pages } from './view-pages.ts';
import { useView } from './view-state.ts';

export const PAGE_SIZE = 200;
const PAGES_KEPT = 120;
const PARALLEL = 3;
const SETTLE = 120;
const FLING_PAUSE = 90;
const REFRESH_EVERY = 2000;

/** The faces of the present view, page by page, and the counts beside the filters. */
export const useFaces = defineStore('faces', () => {
  const view = useView();
  const frame = useViewFrame();
  const measures = useMeasures();
  const key = computed(() => (view.query === null ? null : JSON.stringify(view.query)));
  const settledKey = refDebounced(key, SETTLE);
  const query = computed<ViewQuery | null>(() => (settledKey.value === null ? null : JSON.parse(settledKey.value)));

  const total = ref<number | null>(null);
  const facets = shallowRef<Facets | null>(null);
  const error = shallowRef<ErrorRecord | null>(null);
  const counting = ref(false);
  /** Grows whenever a page arrives or leaves; whoever reads `at` in a computed reads this first. */
  const version = ref(0);
  /** Grows whenever the view itself is another, so that what belongs to places in it can be dropped. */
  const generation = ref(0);

  const pages = new Pages<SampleTile>({
    pageSize: PAGE_SIZE,
    capacity: PAGES_KEPT,
    parallel: PARALLEL,
    fetch: (offset, limit, signal) => client.samples.page({ query: query.value!, offset, limit }, { signal }),
    onPage: (count) => {
      total.value = count;
      error.value = null;
      version.value += 1;
    },
    onError: (thrown) => {
      error.value = toRecord(thrown);
    },
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  async function count(): Promise<void> {
    if (query.value === null) return;
    asked += 1;
    const mine = asked;
    counting.value = true;
    try {
      const { runId } = query.value;
      const counted = frame.measuresOpen && runId !== null ? measures.ofRun.map(({ name }) => name) : [];
      const answer = await client.samples.facets({ query: query.value, measures: counted });
      if (mine === asked) facets.value = answer;
    } catch (thrown) {
      if (mine === asked) error.value = toRecord(thrown);
    } finally {
      if (mine === asked) counting.value = false;
    }
  }

  function start(): void {
    clearTimeout(timer);
    pages.reset();
    error.value = null;
    version.value += 1;
    generation.value += 1;
    if (query.value === null) {
      total.value = null;
      facets.value = null;
      return;
    }
    pages.want(0, PAGE_SIZE - 1);
    void count();
  }

  watch(settledKey, (next, last) => {
    if (next === null || last === null || JSON.parse(next).datasetId !== JSON.parse(last).datasetId) {
      total.value = null;
      facets.value = null;
    }
  });
  watch(settledKey, start, { immediate: true });
  watch([() => frame.measuresOpen, () => measures.ofRun], () => {
    if (frame.measuresOpen) void count();
  });

  let last = { first: 0, at: 0 };
  /** Says which faces are in sight. In a fling, when whole screens go by between calls, it waits for the end. */
  function want(first: number, end: number): void {
    clearTimeout(timer);
    const now = performance.now();
    const flinging = now - last.at < FLING_PAUSE && Math.abs(first - last.first) > end - first;
    last = { first, at: now };
    if (flinging) timer = setTimeout(() => pages.want(first, end), FLING_PAUSE);
    else pages.want(first, end);
  }

  const refresh = useThrottleFn(
    () => {
      pages.refresh();
      void count();
    },
    REFRESH_EVERY,
    true,
  );
  onBackendChange(['samples', 'runs'], () => void refresh());

  function retry(): void {
    error.value = null;
    pages.want(last.first, last.first + PAGE_SIZE - 1);
    void count();
  }

  const at = (index: number): SampleTile | undefined => (version.value < 0 ? undefined : pages.at(index));

  /** Where a face stands in the present view, or null if the filters leave it out. */
  const locate = async (sampleId: number): Promise<number | null> =>
    query.value === null ? null : (await client.samples.locate({ query: query.value, sampleId })).index;

  const isSettled = computed(() => key.value === settledKey.value);

  return { query, total, facets, error, counting, version, generation, isSettled, at, want, retry, locate };
});
