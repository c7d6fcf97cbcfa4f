import { useLocalStorage, usePreferredDark } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watchEffect } from 'vue';
import type { ProviderChoice, ProviderReport } from '../../shared/entities.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { client } from '../client.ts';
import { toRecord } from '../errors.ts';

export type Theme = 'system' | 'light' | 'dark';
export type FaceRendering = 'pixelated' | 'smooth';

/** Theme and face rendering live in this browser; the provider choice and its probes live in the backend. */
export const useSettings = defineStore('settings', () => {
  const theme = useLocalStorage<Theme>('countenance:theme', 'system');
  const faces = useLocalStorage<FaceRendering>('countenance:faces', 'pixelated');
  const provider = ref<ProviderChoice>('auto');
  const providers = shallowRef<readonly ProviderReport[]>([]);
  const probing = ref(false);
  const error = shallowRef<ErrorRecord | null>(null);

  const prefersDark = usePreferredDark();
  const shownTheme = computed(() => (theme.value === 'system' ? (prefersDark.value ? 'dark' : 'light') : theme.value));
  /** The provider work would run on now: the choice, or the first usable one other than cpu when it is auto. */
  const providerInUse = computed(() => {
    if (provider.value !== 'auto') return provider.value;
    const usable = providers.value.filter((report) => report.usable);
    return usable.find(({ name }) => name !== 'cpu')?.name ?? usable[0]?.name ?? null;
  });

  watchEffect(() => {
    document.documentElement.dataset.theme = shownTheme.value;
    document.documentElement.dataset.faces = faces.value;
  });

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      error.value = null;
    } catch (thrown) {
      error.value = toRecord(thrown);
    }
  }

  async function probe(again = false): Promise<void> {
    probing.value = true;
    await attempt(async () => {
      providers.value = await client.system.providers({ again });
    });
    probing.value = false;
  }

  const load = (): Promise<void> =>
    attempt(async () => {
      provider.value = (await client.system.settings()).provider;
    });

  const saveProvider = (choice: ProviderChoice): Promise<void> =>
    attempt(async () => {
      provider.value = (await client.system.saveSettings({ provider: choice })).provider;
    });

  return { theme, shownTheme, faces, provider, providers, providerInUse, probing, error, probe, load, saveProvider };
});
