import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { MeasureInfo } from '../../shared/contract/analysis.ts';
import { client } from '../client.ts';

/** What each measure is called and says; asked for once, when first needed. */
export const useMeasures = defineStore('measures', () => {
  const all = shallowRef<readonly MeasureInfo[]>([]);
  const asked = ref(false);

  async function load(): Promise<void> {
    if (asked.value) return;
    asked.value = true;
    try {
      all.value = await client.analysis.measures();
    } catch {
      asked.value = false;
    }
  }

  /** Those of a run's predictions. */
  const ofRun = computed(() => all.value.filter((measure) => measure.of === 'prediction'));
  const labelOf = (name: string): string => all.value.find((measure) => measure.name === name)?.label ?? name;
  const explanationOf = (name: string): string => all.value.find((measure) => measure.name === name)?.explanation ?? '';

  return { all, ofRun, load, labelOf, explanationOf };
});
