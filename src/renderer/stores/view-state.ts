import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { SampleFilter, SampleSort, ViewQuery } from '../../shared/entities.ts';
import { useContext } from './context.ts';
import { type StatedView, TILE_SIZES, type TileSize, tidyFilter } from './view-codec.ts';
import { needsRun, RUN_FIELDS } from './view-filter-text.ts';

const without = (filter: SampleFilter, fields: readonly string[]): SampleFilter =>
  Object.fromEntries(Object.entries(filter).filter(([field]) => !fields.includes(field)));
const inside = (list: readonly number[] | undefined, classes: number): number[] | undefined =>
  list?.filter((index) => index < classes);

/** What Browse shows: filter, order, tile size and the face looked at. The dataset, run and split are the context's. */
export const useView = defineStore('view', () => {
  const context = useContext();
  const wanted = shallowRef<SampleFilter>({});
  const sort = ref<SampleSort>('imported');
  const descending = ref(false);
  const faceId = ref<number | null>(null);
  const keptTile = useLocalStorage<number>('countenance:tile', 96);
  const filterOf = ref<number | null>(null);

  const tile = computed<TileSize>({
    get: () => TILE_SIZES.find((size) => size === keptTile.value) ?? 96,
    set: (size) => (keptTile.value = size),
  });
  /** The filter as it holds beside the present run: without one, what needs a run is left out. */
  const filter = computed(() => (context.runId === null ? without(wanted.value, RUN_FIELDS) : wanted.value));
  const shownSort = computed(() => (context.runId === null && needsRun(sort.value) ? 'imported' : sort.value));
  const query = computed<ViewQuery | null>(() =>
    context.datasetId === null
      ? null
      : {
          datasetId: context.datasetId,
          runId: context.runId,
          filter: filter.value,
          sort: shownSort.value,
          descending: descending.value,
        },
  );
  const isFiltered = computed(() => Object.keys(filter.value).length > 0);

  function setFilter(next: SampleFilter): void {
    wanted.value = tidyFilter(next);
  }

  /** Narrows or widens one field; undefined or empty takes it away. */
  function narrow<K extends keyof SampleFilter>(field: K, value: SampleFilter[K]): void {
    setFilter({ ...wanted.value, [field]: value });
  }

  function clearFilter(): void {
    wanted.value = {};
  }

  /** Takes over what an address states and answers the parts that mean nothing in this library. */
  function apply(stated: StatedView): readonly string[] {
    const lost: string[] = [];
    if (stated.datasetId !== null) {
      if (context.datasets.some(({ id }) => id === stated.datasetId)) context.datasetId = stated.datasetId;
      else lost.push('dataset');
    }
    if (stated.runId !== undefined) {
      if (stated.runId === null || context.datasetRuns.some(({ id }) => id === stated.runId))
        context.runId = stated.runId;
      else lost.push('run');
    }
    filterOf.value = context.datasetId;
    const classes = context.classNames.length;
    setFilter({
      ...stated.filter,
      labels: inside(stated.filter.labels, classes),
      predicted: inside(stated.filter.predicted, classes),
      target: stated.filter.target && {
        ...stated.filter.target,
        classes: inside(stated.filter.target.classes, classes) ?? [],
      },
    });
    sort.value = stated.sort;
    descending.value = stated.descending;
    if (stated.tile !== null) tile.value = stated.tile;
    faceId.value = lost.includes('dataset') ? null : stated.faceId;
    return lost;
  }

  watch(
    () => context.datasetId,
    (id) => {
      if (id === null || filterOf.value === id) return;
      if (filterOf.value !== null) {
        wanted.value = without(wanted.value, ['labels', 'predicted', 'target', 'votesTotal', 'text', 'ids']);
        faceId.value = null;
      }
      filterOf.value = id;
    },
    { immediate: true },
  );

  const onlySplit = computed(() => (wanted.value.splits?.length === 1 ? wanted.value.splits[0]! : null));
  watch(
    () => context.split,
    (split) => {
      if (split !== onlySplit.value) narrow('splits', split === null ? undefined : [split]);
    },
    { immediate: true },
  );
  watch(onlySplit, (split) => {
    if (split !== context.split) context.split = split;
  });

  return {
    filter,
    sort,
    shownSort,
    descending,
    tile,
    faceId,
    query,
    isFiltered,
    setFilter,
    narrow,
    clearFilter,
    apply,
  };
});
