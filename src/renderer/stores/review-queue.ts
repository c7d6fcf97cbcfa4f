import { useDebounceFn, useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ItemStatus, Queue, QueueItem } from '../../shared/contract/queues.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { afterPaint } from '../after-paint.ts';
import { onBackendChange } from '../backend-events.ts';
import { client } from '../client.ts';
import { toRecord } from '../errors.ts';
import { useFaceLabels } from './face-labels.ts';
import { useReviewFaces } from './review-faces.ts';

const BEHIND = 12;
const AHEAD = 40;
const FACES_AHEAD = 6;
const SEARCH_SPAN = 2000;
const REFRESH_PAUSE = 700;
const REFRESH_AT_LATEST = 10_000;
const MOVE_PAUSE = 250;

export const isOpenItem = ({ status, changed }: QueueItem): boolean => status === 'waiting' || changed;

/** The queue under review: its faces around the place where the reader is, and how far it has come. */
export const useReviewQueue = defineStore('review-queue', () => {
  const faceLabels = useFaceLabels();
  const faces = useReviewFaces();
  const queues = shallowRef<readonly Queue[] | null>(null);
  const queue = shallowRef<Queue | null>(null);
  const error = shallowRef<ErrorRecord | null>(null);
  const position = ref(0);
  /** No open face was left when the last one was settled. */
  const finished = ref(false);
  const version = ref(0);
  const lastQueue = useLocalStorage<number | null>('countenance:review-queue', null);
  const items = new Map<number, QueueItem>();
  const loading = new Set<string>();
  /** What comes next is asked for behind the frame that shows the face, so that neither it nor a label waits for it. */
  let looking = false;

  const at = (place: number): QueueItem | undefined => (version.value < 0 ? undefined : items.get(place));
  const current = computed(() => (queue.value === null ? null : (at(position.value) ?? null)));
  const total = computed(() => queue.value?.total ?? 0);

  async function list(): Promise<void> {
    try {
      queues.value = await client.queues.list({ datasetId: null });
      error.value = null;
    } catch (thrown) {
      error.value = toRecord(thrown);
    }
  }

  async function load(from: number, count: number): Promise<void> {
    const { id } = queue.value!;
    const ticket = `${id}:${from}:${count}`;
    if (loading.has(ticket)) return;
    loading.add(ticket);
    try {
      const { items: found } = await client.queues.items({ id, offset: from, limit: count });
      if (queue.value?.id !== id) return;
      for (const item of found) items.set(item.position, item);
      faceLabels.want(found.map(({ tile }) => tile.id));
      version.value += 1;
    } catch (thrown) {
      error.value = toRecord(thrown);
    } finally {
      loading.delete(ticket);
    }
  }

  /** Has the faces about the reader's place loaded, and all that is shown of those that come next. */
  async function lookAhead(): Promise<void> {
    const from = Math.max(0, position.value - BEHIND);
    const end = Math.min(total.value, position.value + AHEAD);
    const missing = Array.from({ length: end - from }, (_, n) => from + n).filter((place) => !items.has(place));
    const [first, last] = [missing[0], missing.at(-1)];
    if (first !== undefined && last !== undefined) await load(first, last - first + 1 + AHEAD);
    faces.want(aheadIds());
  }

  /** The face shown, then those a key or an arrow would show next. */
  function aheadIds(): readonly number[] {
    const ahead: QueueItem[] = [];
    for (let place = position.value + 1; place < total.value && ahead.length < FACES_AHEAD; place += 1) {
      const item = items.get(place);
      if (item === undefined) break;
      if (isOpenItem(item) || place <= position.value + 1) ahead.push(item);
    }
    return [items.get(position.value), ...ahead, items.get(position.value - 1)].flatMap((item) =>
      item === undefined ? [] : [item.tile.id],
    );
  }
  const ahead = computed(() => (version.value < 0 || position.value < 0 ? [] : aheadIds()));

  async function open(id: number): Promise<void> {
    if (queue.value?.id !== id) {
      items.clear();
      queue.value = null;
    }
    try {
      const found = await client.queues.get({ id });
      faces.beside(found.runId);
      queue.value = found;
      lastQueue.value = id;
      finished.value = found.remaining === 0;
      position.value = Math.min(found.position, Math.max(0, found.total - 1));
      error.value = null;
      await lookAhead();
    } catch (thrown) {
      if (lastQueue.value === id) lastQueue.value = null;
      error.value = toRecord(thrown);
    }
  }

  function close(): void {
    queue.value = null;
    items.clear();
    error.value = null;
    lastQueue.value = null;
    version.value += 1;
  }

  const keepPlace = useDebounceFn(() => {
    if (queue.value !== null) void client.queues.move({ id: queue.value.id, position: position.value }).catch(() => 0);
  }, MOVE_PAUSE);

  function goTo(place: number): void {
    if (total.value === 0) return;
    position.value = Math.min(Math.max(0, place), total.value - 1);
    finished.value = false;
    if (!looking) {
      looking = true;
      afterPaint(() => {
        looking = false;
        if (queue.value !== null) void lookAhead();
      });
    }
    void keepPlace();
  }

  /** The next open face behind the reader's as far as it is loaded; undefined where that cannot be told. */
  function nextOpenHere(passOver: (item: QueueItem) => boolean): QueueItem | undefined {
    for (let place = position.value + 1; place < total.value; place += 1) {
      const item = items.get(place);
      if (item === undefined) return undefined;
      if (isOpenItem(item) && !passOver(item)) return item;
    }
    return undefined;
  }

  /** The next open face as the backend has it, from the start again if need be; without one the queue is finished. */
  async function goToNextOpen(): Promise<void> {
    if (queue.value === null) return;
    const { id } = queue.value;
    const next = await client.queues.next({ id, from: position.value + 1 });
    if (queue.value?.id !== id) return;
    if (next === null) {
      finished.value = true;
      void refresh();
    } else {
      items.set(next.position, next);
      goTo(next.position);
    }
  }

  /** Notes that a face is settled, or open again, and counts it. */
  function mark(sampleId: number, status: ItemStatus): void {
    for (const [place, item] of items) {
      if (item.tile.id !== sampleId) continue;
      const before = isOpenItem(item) ? 'remaining' : item.status === 'done' ? 'done' : 'skipped';
      const after = status === 'waiting' ? 'remaining' : status;
      items.set(place, { ...item, status, changed: false, settledAt: status === 'waiting' ? null : Date.now() });
      if (queue.value !== null && before !== after) {
        const counts = { [before]: queue.value[before] - 1, [after]: queue.value[after] + 1 };
        queue.value = { ...queue.value, ...counts };
      }
      version.value += 1;
      break;
    }
    void refresh();
  }

  /** Where a face stands in the queue, or null if it is not in it. */
  async function placeOf(sampleId: number): Promise<number | null> {
    for (const [place, item] of items) if (item.tile.id === sampleId) return place;
    if (queue.value === null) return null;
    const { id } = queue.value;
    for (let offset = 0; offset < total.value; offset += SEARCH_SPAN) {
      const { items: found } = await client.queues.items({ id, offset, limit: SEARCH_SPAN });
      const item = found.find(({ tile }) => tile.id === sampleId);
      if (item !== undefined) return item.position;
    }
    return null;
  }

  /** Reads the queue and the faces about the reader's place anew. */
  async function refreshAll(): Promise<void> {
    if (queue.value === null) return;
    const { id } = queue.value;
    try {
      const found = await client.queues.get({ id });
      if (queue.value?.id !== id) return;
      queue.value = found;
      const from = Math.max(0, position.value - BEHIND);
      for (const place of items.keys()) if (place < from || place > position.value + 2 * AHEAD) items.delete(place);
      await load(from, BEHIND + 2 * AHEAD);
    } catch (thrown) {
      error.value = toRecord(thrown);
    }
  }

  /** In a pause between keys, as what these change is counted here already; under steady work now and then. */
  const refresh = useDebounceFn(refreshAll, REFRESH_PAUSE, { maxWait: REFRESH_AT_LATEST });
  onBackendChange(['queues'], () => {
    if (queue.value === null) void list();
    else void refresh();
  });

  return {
    queues,
    queue,
    error,
    position,
    finished,
    version,
    lastQueue,
    current,
    total,
    ahead,
    at,
    list,
    open,
    close,
    goTo,
    goToNextOpen,
    nextOpenHere,
    mark,
    placeOf,
    refreshAll,
  };
});
