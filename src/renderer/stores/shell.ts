import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { ref } from 'vue';

export const INSPECTOR_LEAST = 280;
export const INSPECTOR_MOST = 640;

/** The frame's own state: what is open, how wide the inspector is, and which dataset is about to be predicted. */
export const useShell = defineStore('shell', () => {
  const paletteOpen = ref(false);
  const helpOpen = ref(false);
  const trayOpen = ref(false);
  const inspectorOpen = useLocalStorage('countenance:inspector-open', true);
  const inspectorWidth = useLocalStorage('countenance:inspector-width', 360);
  /** How many mounted views fill the inspector slot; the slot is shown only while this is above zero. */
  const inspectorUsers = ref(0);
  /** The panel asked for over the current screen: predict for a dataset, with a model chosen or not. */
  const predict = ref<{ datasetId: number | null; modelId: number | null } | null>(null);
  const search = ref('');

  function resizeInspector(width: number): void {
    inspectorWidth.value = Math.round(Math.min(INSPECTOR_MOST, Math.max(INSPECTOR_LEAST, width)));
  }

  function openPredict(datasetId: number | null = null, modelId: number | null = null): void {
    predict.value = { datasetId, modelId };
  }

  return {
    paletteOpen,
    helpOpen,
    trayOpen,
    inspectorOpen,
    inspectorWidth,
    inspectorUsers,
    predict,
    search,
    resizeInspector,
    openPredict,
  };
});
