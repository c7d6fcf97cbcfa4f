import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { LabelOutcome, LabelValue } from '../../shared/contract/labels.ts';
import type { QueueItem } from '../../shared/contract/queues.ts';
import type { Dataset } from '../../shared/entities.ts';
import { client } from '../client.ts';
import { toRecord } from '../errors.ts';
import { useContext } from './context.ts';
import { useFaceLabels } from './face-labels.ts';
import { useLabelling } from './labelling.ts';
import { useReviewFaces } from './review-faces.ts';
import { useReviewLook } from './review-look.ts';
import { secondsLeft } from './review-pace.ts';
import { useReviewQueue } from './review-queue.ts';
import { useToasts } from './toasts.ts';

/** A choice that the backend has not confirmed: on its way, or refused. */
export interface OpenChoice {
  readonly sampleId: number;
  readonly state: 'saving' | 'refused';
  readonly label: number | null;
}

/** What the Undo key takes back in this session: the newest is the last. */
interface Done {
  readonly kind: 'label' | 'skip';
  readonly sampleId: number;
  readonly queueId: number;
}

const TOPIC = 'label';

/**
 * The choices made on the review screen. They are sent one after another in the order of the keys; the screen moves on
 * at once, but says “saved” only when the backend answers that the choice is on disk.
 */
export const useReview = defineStore('review', () => {
  const context = useContext();
  const faceLabels = useFaceLabels();
  const labelling = useLabelling();
  const faces = useReviewFaces();
  const look = useReviewLook();
  const queue = useReviewQueue();
  const toasts = useToasts();

  const open = shallowRef<ReadonlyMap<number, OpenChoice>>(new Map());
  const moments = ref<readonly number[]>([]);
  const done: Done[] = [];
  const undone: Done[] = [];
  let line: Promise<unknown> = Promise.resolve();
  const ownRevisions = new Map<number, number>();
  const inLine = new Map<number, number>();
  const ownVotes = shallowRef<ReadonlyMap<number, readonly number[]>>(new Map());

  const dataset = computed<Dataset | null>(
    () => context.datasets.find(({ id }) => id === queue.queue?.datasetId) ?? null,
  );
  const classNames = computed(() => dataset.value?.classes.map(({ name }) => name) ?? []);
  const face = computed(() => queue.current);
  const detail = computed(() => (face.value === null ? null : faces.detail(face.value.tile.id)));
  const record = computed(() => (face.value === null ? null : faces.record(face.value.tile.id)));
  const state = computed(() => {
    void faceLabels.version;
    return face.value === null ? null : (faceLabels.of(face.value.tile.id) ?? null);
  });
  const left = computed(() => secondsLeft(moments.value, queue.queue?.remaining ?? 0));
  const canAct = computed(() => face.value !== null && !queue.finished);

  watch(
    () => queue.queue?.id,
    () => {
      done.length = 0;
      undone.length = 0;
      moments.value = [];
      look.noting = false;
    },
  );
  watch(
    () => queue.position,
    () => {
      look.noting = false;
    },
  );

  const nameOf = (label: number | null): string =>
    label === null ? 'the crowd’s word' : (classNames.value[label] ?? `class ${label}`);

  /** Puts work behind all that was asked for before it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = line.then(work, work);
    line = next.catch(() => undefined);
    return next;
  }

  function note(choice: OpenChoice | null, sampleId: number): void {
    const next = new Map(open.value);
    if (choice === null) next.delete(sampleId);
    else next.set(sampleId, choice);
    open.value = next;
  }

  function advance(): void {
    const next = queue.nextOpenHere(({ tile }) => open.value.get(tile.id)?.state === 'saving');
    if (next !== undefined) queue.goTo(next.position);
    else {
      queue.finished = queue.queue?.remaining === open.value.size;
      void inTurn(() => queue.goToNextOpen()).catch((error) => toasts.showError(error));
    }
  }

  /** The revision as the person saw it: what was shown, or what their own earlier choices in line come to. */
  function revisionSeen(sampleId: number): () => number {
    const shown = faceLabels.of(sampleId)?.revision ?? 0;
    return (inLine.get(sampleId) ?? 0) > 0 ? () => ownRevisions.get(sampleId) ?? shown : () => shown;
  }

  async function send(item: QueueItem, value: LabelValue): Promise<LabelOutcome> {
    const sampleId = item.tile.id;
    const { id: queueId, runId } = queue.queue!;
    const revision = revisionSeen(sampleId);
    inLine.set(sampleId, (inLine.get(sampleId) ?? 0) + 1);
    try {
      return await inTurn(async () => {
        const outcome = await labelling.apply({
          changes: [{ sampleId, revision: revision(), ...value }],
          queueId,
          runId,
        });
        ownRevisions.set(sampleId, outcome.faces[0]!.revision);
        undone.length = 0;
        done.push({ kind: 'label', sampleId, queueId });
        return outcome;
      });
    } finally {
      inLine.set(sampleId, inLine.get(sampleId)! - 1);
    }
  }

  /** Sets the label of the face shown, and goes on to the next. */
  async function label(value: number): Promise<void> {
    const item = face.value;
    if (item === null) return;
    const { id, key } = item.tile;
    note({ sampleId: id, state: 'saving', label: value }, id);
    const sent = send(item, { field: 'label', value });
    if (look.autoAdvance) advance();
    try {
      await sent;
      moments.value = [...moments.value.slice(-60), Date.now()];
      note(null, id);
      queue.mark(id, 'done');
      const action = { label: 'Undo', perform: () => void undo() };
      toasts.show({ text: `${key}: ${nameOf(value)}`, action, topic: TOPIC });
    } catch (error) {
      refused(item, value, error);
    }
  }

  function refused(item: QueueItem, value: number | null, error: unknown): void {
    note({ sampleId: item.tile.id, state: 'refused', label: value }, item.tile.id);
    const {
      message,
      detail: { kept, remedy },
    } = toRecord(error);
    const back = { label: 'Back to the face', undoes: false, perform: () => queue.goTo(item.position) };
    toasts.show({
      text: [`${item.tile.key} was not set to ${nameOf(value)}.`, message, kept, remedy].filter(Boolean).join(' '),
      tone: 'danger',
      action: back,
    });
  }

  /** Leaves the face for later. */
  async function skip(): Promise<void> {
    const item = face.value;
    if (item === null) return;
    const { id: queueId } = queue.queue!;
    const sampleId = item.tile.id;
    note({ sampleId, state: 'saving', label: null }, sampleId);
    const sent = inTurn(() => client.queues.settle({ id: queueId, sampleId, status: 'skipped' }));
    advance();
    try {
      await sent;
      undone.length = 0;
      done.push({ kind: 'skip', sampleId, queueId });
      queue.mark(sampleId, 'skipped');
      toasts.show({
        text: `${item.tile.key}: skipped`,
        action: { label: 'Undo', perform: () => void undo() },
        topic: TOPIC,
      });
    } catch (error) {
      toasts.showError(error);
    } finally {
      note(null, sampleId);
    }
  }

  /** What this person's added votes on a face come to, with those that are not confirmed yet. */
  function ownVotesOf(sampleId: number): readonly number[] | null {
    const me = labelling.annotator?.name;
    const own = faces.record(sampleId)?.annotations.find(({ annotator }) => annotator === me)?.votes;
    return ownVotes.value.get(sampleId) ?? own ?? null;
  }

  /** Adds votes for a class of the face shown, or takes some with a minus; the crowd's own stay as imported. */
  async function vote(classIndex: number, by: number): Promise<void> {
    const item = face.value;
    if (item === null || by === 0) return;
    await labelling.ready();
    const { id, votes } = item.tile;
    const before = ownVotesOf(id) ?? votes.map(() => 0);
    const others = votes.map((count, c) => count + (state.value?.votes?.[c] ?? 0) - (confirmedVotes(id)?.[c] ?? 0));
    if (others[classIndex]! + before[classIndex]! + by < 0) return;
    const after = before.map((count, c) => (c === classIndex ? count + by : count));
    ownVotes.value = new Map(ownVotes.value).set(id, after);
    try {
      await send(item, { field: 'votes', value: after.every((count) => count === 0) ? null : after });
      const action = { label: 'Undo', perform: () => void undo() };
      const many = Math.abs(by) === 1 ? 'one vote' : `${Math.abs(by)} votes`;
      toasts.show({
        text: `${item.tile.key}: ${many} ${by > 0 ? 'more' : 'fewer'} for ${nameOf(classIndex)}`,
        action,
        topic: TOPIC,
      });
    } catch (error) {
      toasts.showError(error);
    } finally {
      await settleVotes(id);
    }
  }

  function confirmedVotes(id: number): readonly number[] | null {
    const me = labelling.annotator?.name;
    return faces.record(id)?.annotations.find(({ annotator }) => annotator === me)?.votes ?? null;
  }

  async function settleVotes(id: number): Promise<void> {
    if ((inLine.get(id) ?? 0) > 0) return;
    await faces.renew(id);
    if ((inLine.get(id) ?? 0) > 0) return;
    const next = new Map(ownVotes.value);
    next.delete(id);
    ownVotes.value = next;
  }

  /** Writes why; an empty note is none. */
  async function write(text: string): Promise<void> {
    const item = face.value;
    look.noting = false;
    if (item === null) return;
    try {
      await send(item, { field: 'note', value: text.trim() === '' ? null : text.trim() });
      const action = { label: 'Undo', perform: () => void undo() };
      toasts.show({ text: `${item.tile.key}: note ${text.trim() === '' ? 'removed' : 'saved'}`, action, topic: TOPIC });
    } catch (error) {
      toasts.showError(error);
    }
  }

  /** Takes back the newest choice: this session's, then the annotator's of before; shows the face it was about. */
  const undo = (): Promise<void> => turn('undo', done, undone);
  const redo = (): Promise<void> => turn('redo', undone, done);

  async function turn(kind: 'undo' | 'redo', from: Done[], to: Done[]): Promise<void> {
    try {
      await inTurn(async () => {
        const last = from.at(-1);
        if (last?.kind === 'skip') {
          const status = kind === 'undo' ? 'waiting' : 'skipped';
          await client.queues.settle({ id: last.queueId, sampleId: last.sampleId, status });
          queue.mark(last.sampleId, status);
          await show(last.sampleId, kind === 'undo' ? 'no longer skipped' : 'skipped again');
        } else {
          const outcome = await labelling[kind]();
          for (const { sampleId, revision } of outcome.faces) ownRevisions.set(sampleId, revision);
          await showOutcome(kind, outcome);
        }
        from.pop();
        to.push(last ?? { kind: 'label', sampleId: 0, queueId: queue.queue?.id ?? 0 });
      });
    } catch (error) {
      const known = toRecord(error);
      if (known.code === 'CONFLICT') toasts.show({ text: known.message, topic: TOPIC });
      else toasts.showError(error);
    }
  }

  async function showOutcome(kind: 'undo' | 'redo', { faces: turned, queueId }: LabelOutcome): Promise<void> {
    const [first] = turned;
    if (first === undefined) return;
    for (const { sampleId } of turned) note(null, sampleId);
    if (queueId !== null && queueId === queue.queue?.id) await queue.refreshAll();
    const many = turned.length > 1 ? ` and ${turned.length - 1} more faces` : '';
    await show(first.sampleId, `${kind === 'undo' ? 'undone' : 'done again'}, now ${nameOf(first.label)}${many}`);
  }

  async function show(sampleId: number, words: string): Promise<void> {
    const place = await queue.placeOf(sampleId);
    if (place !== null) queue.goTo(place);
    const key = place === null ? 'a face outside this queue' : (queue.at(place)?.tile.key ?? 'the face');
    toasts.show({ text: `${key}: ${words}`, topic: TOPIC });
  }

  return {
    open,
    dataset,
    classNames,
    face,
    detail,
    record,
    state,
    left,
    canAct,
    ownVotes,
    ownVotesOf,
    confirmedVotes,
    nameOf,
    label,
    skip,
    vote,
    write,
    undo,
    redo,
  };
});
