import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../../src/shared/contract/index.ts';
import type { LabelChange, LabelOutcome, LabelValue } from '../../../src/shared/contract/labels.ts';

type Client = ContractRouterClient<Contract>;

/** A call of the session: an action with its changes, or an undo or redo of whatever the log says. */
export interface Asked {
  readonly kind: LabelOutcome['kind'];
  readonly annotatorId: number;
  readonly changes: readonly LabelChange[];
  readonly queueId: number | null;
}

/** A call that the backend has answered: from here on it may not be lost. */
export interface Confirmed {
  readonly asked: Asked;
  readonly outcome: LabelOutcome;
}

/** What a person does on a library with `faces` faces, numbered from 1, and one queue over them all. */
export interface LabelScript {
  readonly annotatorIds: readonly number[];
  readonly queueId: number;
  readonly faces: number;
  readonly classes: number;
  readonly random: () => number;
}

const LARGEST_SELECTION = 60;
const [SELECTIONS, WHOLE_PAGES] = [0.3, 0.1];
const [UNDO, REDO] = [0.12, 0.18];
const NOTHING_TO_TURN = 'CONFLICT';

/** The next thing a person does: a key on one face mostly, now and then a selection, votes, a note, undo or redo. */
export async function nextCall(client: Client, script: LabelScript): Promise<Asked> {
  const { random } = script;
  const annotatorId = pick(script.annotatorIds, random);
  const chance = random();
  if (chance < REDO) {
    return { kind: chance < UNDO ? 'undo' : 'redo', annotatorId, changes: [], queueId: null };
  }
  const sampleIds = selection(script);
  const states = await client.labels.faces({ sampleIds });
  const changes = states.map(({ sampleId, revision }) => ({ sampleId, revision, ...anyValue(script) }));
  return { kind: 'do', annotatorId, changes, queueId: random() < 0.5 ? script.queueId : null };
}

function selection({ random, faces }: LabelScript): number[] {
  const chance = random();
  if (chance < WHOLE_PAGES) return Array.from({ length: faces }, (_, index) => index + 1);
  const count = chance < SELECTIONS ? 2 + Math.floor(random() * LARGEST_SELECTION) : 1;
  return [...new Set(Array.from({ length: count }, () => 1 + Math.floor(random() * faces)))];
}

function anyValue({ random, classes }: LabelScript): LabelValue {
  const chance = random();
  const value = Math.floor(random() * classes);
  if (chance < 0.75) return { field: 'label', value };
  if (chance < 0.9) {
    const added = Array.from({ length: classes }, (_, index) => (index === value ? 1 + Math.floor(random() * 3) : 0));
    return { field: 'votes', value: added };
  }
  return { field: 'note', value: `note ${Math.floor(random() * 1e6)}` };
}

const pick = <Item>(items: readonly Item[], random: () => number): Item => items[Math.floor(random() * items.length)]!;

/** Sends a call. Null where there was nothing to undo or redo; rejects where the backend went away meanwhile. */
export async function send(client: Client, asked: Asked): Promise<Confirmed | null> {
  const { kind, annotatorId, changes, queueId } = asked;
  try {
    const outcome =
      kind === 'do'
        ? await client.labels.apply({ annotatorId, changes: [...changes], queueId })
        : await client.labels[kind]({ annotatorId });
    return { asked, outcome };
  } catch (error) {
    if (kind !== 'do' && (error as { readonly code?: string }).code === NOTHING_TO_TURN) return null;
    throw error;
  }
}
