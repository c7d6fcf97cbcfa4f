import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Run } from '../../shared/contract/runs.ts';
import type { Dataset, Split } from '../../shared/entities.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { onBackendChange } from '../backend-events.ts';
import { client } from '../client.ts';
import { toRecord } from '../errors.ts';

/** What every screen looks at: the dataset, the run beside it and the split; kept over a reload. */
export const useContext = defineStore('context', () => {
  const datasets = shallowRef<readonly Dataset[]>([]);
  const runs = shallowRef<readonly Run[]>([]);
  const loaded = ref(false);
  const error = shallowRef<ErrorRecord | null>(null);
  const kept = useLocalStorage<{ datasetId: number | null; runs: Record<number, number | null>; split: Split | null }>(
    'countenance:context',
    { datasetId: null, runs: {}, split: null },
    { mergeDefaults: true },
  );

  const dataset = computed(
    () => datasets.value.find(({ id }) => id === kept.value.datasetId) ?? datasets.value[0] ?? null,
  );
  const datasetRuns = computed(() =>
    runs.value.filter(({ datasetId }) => datasetId === dataset.value?.id).toSorted((a, b) => b.createdAt - a.createdAt),
  );
  const run = computed(() => {
    const chosen = dataset.value === null ? undefined : kept.value.runs[dataset.value.id];
    if (chosen === null) return null;
    return datasetRuns.value.find(({ id }) => id === chosen) ?? datasetRuns.value[0] ?? null;
  });

  const datasetId = computed({
    get: () => dataset.value?.id ?? null,
    set: (id) => (kept.value = { ...kept.value, datasetId: id }),
  });
  const runId = computed({
    get: () => run.value?.id ?? null,
    set: (id) => {
      if (dataset.value !== null) kept.value = { ...kept.value, runs: { ...kept.value.runs, [dataset.value.id]: id } };
    },
  });
  const split = computed({
    get: () => kept.value.split,
    set: (next) => (kept.value = { ...kept.value, split: next }),
  });
  const classNames = computed(() => dataset.value?.classes.map(({ name }) => name) ?? []);

  async function refresh(): Promise<void> {
    try {
      [datasets.value, runs.value] = await Promise.all([client.datasets.list(), client.runs.list({ datasetId: null })]);
      error.value = null;
      loaded.value = true;
    } catch (thrown) {
      error.value = toRecord(thrown);
    }
  }

  onBackendChange(['datasets', 'runs'], () => void refresh());

  return { datasets, runs, loaded, error, dataset, datasetRuns, run, datasetId, runId, split, classNames, refresh };
});
