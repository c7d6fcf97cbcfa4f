import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Annotator, LabelAction, LabelChange, LabelOutcome } from '../../shared/contract/labels.ts';
import { client } from '../client.ts';
import { useFaceLabels } from './face-labels.ts';
import { useToasts } from './toasts.ts';

export interface LabelRequest {
  readonly changes: readonly LabelChange[];
  readonly queueId: number | null;
  readonly runId: number | null;
}

/** Who labels here, and the way from a choice to the log: each call returns once the backend has it on disk. */
export const useLabelling = defineStore('labelling', () => {
  const faceLabels = useFaceLabels();
  const toasts = useToasts();
  const annotator = shallowRef<Annotator | null>(null);
  const annotators = shallowRef<readonly Annotator[]>([]);
  /** Choices that are on their way to the disk. */
  const unsaved = ref(0);
  let loading: Promise<Annotator> | null = null;

  async function ready(): Promise<Annotator> {
    if (annotator.value !== null) return annotator.value;
    loading ??= client.labels.annotator();
    try {
      annotator.value = await loading;
      return annotator.value;
    } finally {
      loading = null;
    }
  }

  async function loadAnnotators(): Promise<void> {
    await ready();
    annotators.value = await client.labels.annotators();
  }

  async function choose(name: string): Promise<void> {
    annotator.value = await client.labels.chooseAnnotator({ name });
    annotators.value = await client.labels.annotators();
  }

  async function keeping(work: () => Promise<LabelOutcome>): Promise<LabelOutcome> {
    unsaved.value += 1;
    try {
      const outcome = await work();
      faceLabels.put(outcome.faces);
      return outcome;
    } finally {
      unsaved.value -= 1;
    }
  }

  /** Does the changes, all or none. Throws what the backend answered, after reading the faces anew. */
  async function apply({ changes, queueId, runId }: LabelRequest): Promise<LabelOutcome> {
    const { id: annotatorId } = await ready();
    const action: LabelAction = { annotatorId, changes: [...changes], queueId, runId };
    try {
      return await keeping(() => client.labels.apply(action));
    } catch (error) {
      void faceLabels.fresh(changes.map(({ sampleId }) => sampleId)).catch(() => undefined);
      throw error;
    }
  }

  async function undo(): Promise<LabelOutcome> {
    const { id: annotatorId } = await ready();
    return keeping(() => client.labels.undo({ annotatorId }));
  }

  async function redo(): Promise<LabelOutcome> {
    const { id: annotatorId } = await ready();
    return keeping(() => client.labels.redo({ annotatorId }));
  }

  /** Performs one of these and says in a toast what went wrong; null where something did. */
  async function said<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      toasts.showError(error);
      return null;
    }
  }

  return { annotator, annotators, unsaved, ready, loadAnnotators, choose, apply, undo, redo, said };
});
