import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Job } from '../../shared/entities.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { onBackendChange, onBackendEvent } from '../backend-events.ts';
import { client } from '../client.ts';
import { toRecord } from '../errors.ts';
import { useToasts } from './toasts.ts';

export const isActive = (job: Job): boolean => job.status === 'queued' || job.status === 'running';

/** Every job the backend knows, newest first, kept current by its events. */
export const useJobs = defineStore('jobs', () => {
  const jobs = shallowRef<readonly Job[]>([]);
  const loaded = ref(false);
  const error = shallowRef<ErrorRecord | null>(null);
  const active = computed(() => jobs.value.filter(isActive));
  const toasts = useToasts();

  function put(job: Job): void {
    const others = jobs.value.filter(({ id }) => id !== job.id);
    jobs.value = [...others, job].sort((a, b) => b.id - a.id);
  }

  async function refresh(): Promise<void> {
    try {
      jobs.value = (await client.jobs.list()).toSorted((a, b) => b.id - a.id);
      error.value = null;
      loaded.value = true;
    } catch (thrown) {
      error.value = toRecord(thrown);
    }
  }

  async function attempt(work: () => Promise<Job>): Promise<void> {
    try {
      put(await work());
    } catch (thrown) {
      toasts.showError(thrown);
    }
  }

  const cancel = (id: number): Promise<void> => attempt(() => client.jobs.cancel({ id }));
  const resume = (id: number): Promise<void> => attempt(() => client.jobs.resume({ id }));

  async function forget(id: number): Promise<void> {
    try {
      await client.jobs.forget({ id });
      jobs.value = jobs.value.filter((job) => job.id !== id);
    } catch (thrown) {
      toasts.showError(thrown);
    }
  }

  const byId = (id: number): Job | null => jobs.value.find((job) => job.id === id) ?? null;

  function announce(job: Job): void {
    const before = byId(job.id);
    if (before === null || !isActive(before)) return;
    if (job.status === 'done') toasts.show({ text: `${job.title}: done.` });
    if (job.status === 'failed')
      toasts.show({ text: `${job.title}: ${job.error?.message ?? 'failed.'}`, tone: 'danger' });
  }

  onBackendEvent((event) => {
    if (event.type !== 'job') return;
    announce(event.job);
    put(event.job);
  });
  onBackendChange(['jobs'], () => void refresh());

  return { jobs, active, loaded, error, put, refresh, cancel, resume, forget, byId };
});
