import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { PriorSource, PriorVersion } from '../../shared/contract/priors.ts';
import { comparePriors } from '../../shared/priors/compare.ts';
import { type Locks, lockAt, NO_LOCKS } from '../../shared/priors/edit.ts';
import type { Prior } from '../../shared/priors/prior.ts';
import { client } from '../client.ts';

const MOST_STEPS = 200;

/** A step that can be taken back: what the prior was before it, and in words what it did. */
interface Step {
  readonly prior: Prior;
  readonly source: PriorSource;
  readonly said: string;
}

/** The prior that is being edited, kept while other screens are looked at; `base` is the version it was opened from. */
export const usePriorEditor = defineStore('prior-editor', () => {
  const base = shallowRef<PriorVersion | null>(null);
  /** What edits are measured against: the opened version, or what was computed. */
  const origin = shallowRef<Prior | null>(null);
  const draft = shallowRef<Prior | null>(null);
  const source = shallowRef<PriorSource>({ kind: 'edited' });
  const originSource = shallowRef<PriorSource>({ kind: 'edited' });
  const locks = shallowRef<Locks>(NO_LOCKS);
  const done = shallowRef<readonly Step[]>([]);
  const undone = shallowRef<readonly Step[]>([]);
  const said = ref('');

  const classes = computed(() => draft.value?.classes ?? []);
  const changes = computed(() =>
    origin.value === null || draft.value === null ? null : comparePriors(origin.value, draft.value),
  );
  /** Whether anything would be lost by opening another one. */
  const dirty = computed(() => draft.value !== null && (base.value === null || (changes.value?.changed ?? 0) > 0));

  function begin(prior: Prior, from: PriorSource, version: PriorVersion | null): void {
    [base.value, origin.value, draft.value, source.value] = [version, prior, prior, from];
    originSource.value = from;
    [locks.value, done.value, undone.value, said.value] = [NO_LOCKS, [], [], ''];
  }

  const open = (version: PriorVersion): void => begin(version, version.source, version);

  /** Puts another state in the prior's place, as a step that can be undone; back at the origin it is no edit any more. */
  function put(prior: Prior, what: string): void {
    if (draft.value === null || origin.value === null || comparePriors(draft.value, prior).changed === 0) return;
    const from: PriorSource =
      comparePriors(origin.value, prior).changed === 0 ? originSource.value : { kind: 'edited' };
    done.value = [...done.value, { prior: draft.value, source: source.value, said: what }].slice(-MOST_STEPS);
    undone.value = [];
    [draft.value, source.value, said.value] = [prior, from, what];
  }

  function undo(): boolean {
    const step = done.value.at(-1);
    if (step === undefined || draft.value === null) return false;
    done.value = done.value.slice(0, -1);
    undone.value = [...undone.value, { prior: draft.value, source: source.value, said: step.said }];
    [draft.value, source.value, said.value] = [step.prior, step.source, `Undone: ${step.said}`];
    return true;
  }

  function redo(): boolean {
    const step = undone.value.at(-1);
    if (step === undefined || draft.value === null) return false;
    undone.value = undone.value.slice(0, -1);
    done.value = [...done.value, { prior: draft.value, source: source.value, said: step.said }];
    [draft.value, source.value, said.value] = [step.prior, step.source, step.said];
    return true;
  }

  function toggleLock(row: number, column: number): void {
    const at = lockAt(row, column, classes.value.length);
    const next = new Set(locks.value);
    if (!next.delete(at)) next.add(at);
    locks.value = next;
  }

  function unlockAll(): void {
    locks.value = NO_LOCKS;
  }

  /** Keeps the draft: as the next version of the opened prior, or under a new name. Rejects as the contract's `save`. */
  async function save(name: string, note: string): Promise<PriorVersion> {
    const next = base.value?.name === name ? base.value.version : null;
    const version = await client.priors.save({
      name,
      expected: next,
      prior: draft.value!,
      source: source.value,
      parentId: base.value?.id ?? null,
      note,
    });
    open(version);
    return version;
  }

  function close(): void {
    [base.value, origin.value, draft.value] = [null, null, null];
    [locks.value, done.value, undone.value, said.value] = [NO_LOCKS, [], [], ''];
  }

  const canUndo = computed(() => done.value.length > 0);
  const canRedo = computed(() => undone.value.length > 0);
  return {
    ...{ base, origin, draft, source, locks, said, classes, changes, dirty, canUndo, canRedo },
    ...{ begin, open, put, undo, redo, toggleLock, unlockAll, save, close },
  };
});
