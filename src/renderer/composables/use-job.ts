import { computed, type Ref, ref } from 'vue';
import type { Job } from '../../shared/entities.ts';
import { useJobs } from '../stores/jobs.ts';
import { useToasts } from '../stores/toasts.ts';

/** One job that a component started, followed to its end by the backend's events. */
export function useJob(): {
  readonly job: Readonly<Ref<Job | null>>;
  start(begin: () => Promise<Job>): Promise<void>;
  clear(): void;
} {
  const jobs = useJobs();
  const toasts = useToasts();
  const id = ref<number | null>(null);
  return {
    job: computed(() => (id.value === null ? null : jobs.byId(id.value))),
    async start(begin) {
      try {
        const job = await begin();
        jobs.put(job);
        id.value = job.id;
      } catch (thrown) {
        toasts.showError(thrown);
      }
    },
    clear: () => {
      id.value = null;
    },
  };
}
