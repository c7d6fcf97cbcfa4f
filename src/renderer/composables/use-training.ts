import { useThrottleFn } from '@vueuse/core';
import { type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue, watch } from 'vue';
import type { Training, TrainingEpoch, TrainingStep } from '../../shared/contract/trainings.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { onBackendEvent } from '../backend-events.ts';
import { client } from '../client.ts';
import { toRecord } from '../errors.ts';

/** A run with all that was recorded of it so far. */
export interface TrainingCourse {
  readonly training: Training;
  readonly epochs: readonly TrainingEpoch[];
  readonly steps: readonly TrainingStep[];
}

const AT_MOST_EVERY_MS = 700;

/** Follows a run while it is trained: only the steps that are new are asked for. */
export function useTraining(id: MaybeRefOrGetter<number | null>): {
  readonly course: Readonly<ShallowRef<TrainingCourse | null>>;
  readonly error: Readonly<ShallowRef<ErrorRecord | null>>;
  readonly reload: () => Promise<void>;
} {
  const course = shallowRef<TrainingCourse | null>(null);
  const error = shallowRef<ErrorRecord | null>(null);

  async function reload(): Promise<void> {
    const wanted = toValue(id);
    if (wanted === null) return;
    const known = course.value?.training.id === wanted ? course.value : null;
    const afterStep = known?.steps.at(-1)?.step ?? 0;
    try {
      const { training, epochs, steps } = await client.trainings.get({ id: wanted, afterStep });
      if (toValue(id) !== wanted) return;
      const kept = (known?.steps ?? []).filter(({ step }) => step <= training.stepsDone);
      course.value = { training, epochs, steps: [...kept, ...steps] };
      error.value = null;
    } catch (thrown) {
      error.value = toRecord(thrown);
    }
  }

  const reloadSoon = useThrottleFn(reload, AT_MOST_EVERY_MS, true);
  watch(
    () => toValue(id),
    () => {
      course.value = null;
      void reload();
    },
    { immediate: true },
  );
  onBackendEvent((event) => {
    const watched = course.value?.training.jobId;
    if (event.type === 'job' && event.job.id === watched) void reloadSoon();
    if (event.type === 'changed' && event.what === 'trainings') void reloadSoon();
  });
  return { course, error, reload };
}
