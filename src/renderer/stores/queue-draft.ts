import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { SampleFilter } from '../../shared/entities.ts';

/** A review queue that is about to be made of some faces. */
export interface QueueDraft {
  /** How many faces and which, in words. */
  readonly faces: string;
  readonly name: string;
  readonly datasetId: number;
  readonly runId: number | null;
  readonly order: string;
  /** The filter that finds them; asked for when the queue is made, since a selection may have to be read first. */
  readonly filter: () => Promise<SampleFilter>;
}

/** The queue that the dialog over the present screen is about; null where it is closed. */
export const useQueueDraft = defineStore('queue-draft', () => {
  const draft = shallowRef<QueueDraft | null>(null);

  function open(next: QueueDraft): void {
    draft.value = next;
  }

  function close(): void {
    draft.value = null;
  }

  return { draft, open, close };
});
