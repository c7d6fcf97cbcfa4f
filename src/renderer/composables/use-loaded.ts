import { type MaybeRefOrGetter, type Ref, ref, type ShallowRef, shallowRef, toValue, watch } from 'vue';
import type { ErrorRecord } from '../../shared/errors.ts';
import { toRecord } from '../errors.ts';

export interface Loaded<T> {
  readonly value: Readonly<ShallowRef<T | null>>;
  readonly error: Readonly<ShallowRef<ErrorRecord | null>>;
  readonly loading: Readonly<Ref<boolean>>;
  readonly reload: () => Promise<void>;
}

/**
 * What the backend answers for a key, asked again whenever the key changes; a null key asks nothing and holds nothing.
 * The last answer stays until the next one is there; an answer that a newer question overtook is dropped.
 */
export function useLoaded<K, T>(options: {
  readonly key: MaybeRefOrGetter<K | null>;
  readonly load: (key: K) => Promise<T>;
}): Loaded<T> {
  const value = shallowRef<T | null>(null);
  const error = shallowRef<ErrorRecord | null>(null);
  const loading = ref(false);
  let asked = 0;

  async function reload(): Promise<void> {
    const key = toValue(options.key);
    asked += 1;
    const mine = asked;
    if (key === null) {
      value.value = null;
      error.value = null;
      loading.value = false;
      return;
    }
    loading.value = true;
    try {
      const answer = await options.load(key);
      if (mine === asked) [value.value, error.value] = [answer, null];
    } catch (thrown) {
      if (mine === asked) [value.value, error.value] = [null, toRecord(thrown)];
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  watch(() => JSON.stringify(toValue(options.key)), reload, { immediate: true });
  return { value, error, loading, reload };
}
