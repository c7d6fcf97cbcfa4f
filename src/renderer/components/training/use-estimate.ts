import { type MaybeRefOrGetter, onScopeDispose, ref, shallowRef, toValue, watch } from 'vue';
import type { TrainingEstimate } from '../../../shared/contract/trainings.ts';
import type { ErrorRecord } from '../../../shared/errors.ts';
import type { TrainConfig } from '../../../shared/train-config.ts';
import { client } from '../../client.ts';
import { toRecord } from '../../errors.ts';

/** How long a run of these settings would take, measured when asked for; other settings make it void. */
export function useEstimate(config: MaybeRefOrGetter<TrainConfig | null>) {
  const value = shallowRef<TrainingEstimate | null>(null);
  const error = shallowRef<ErrorRecord | null>(null);
  const busy = ref(false);
  let running: AbortController | null = null;

  function stop(): void {
    running?.abort();
    running = null;
    busy.value = false;
  }

  async function start(): Promise<void> {
    const asked = toValue(config);
    if (asked === null) return;
    stop();
    const mine = new AbortController();
    running = mine;
    [value.value, error.value, busy.value] = [null, null, true];
    try {
      const found = await client.trainings.estimate(asked, { signal: mine.signal });
      if (running === mine) value.value = found;
    } catch (thrown) {
      if (running === mine) error.value = toRecord(thrown);
    } finally {
      if (running === mine) stop();
    }
  }

  watch(
    () => JSON.stringify(toValue(config)),
    () => {
      stop();
      [value.value, error.value] = [null, null];
    },
  );
  onScopeDispose(stop);
  return { value, error, busy, start, stop };
}
