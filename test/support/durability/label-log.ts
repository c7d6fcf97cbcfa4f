import type Database from 'better-sqlite3';

/** An action as it stands in the library, with its events in order; `before` and `after` are JSON. */
export interface StoredAction {
  readonly id: number;
  readonly kind: 'do' | 'undo' | 'redo';
  readonly annotatorId: number;
  readonly target: number | null;
  readonly queueId: number | null;
  readonly events: readonly StoredEvent[];
}

interface StoredEvent {
  readonly id: number;
  readonly sampleId: number;
  readonly field: 'label' | 'votes' | 'note';
  readonly before: string;
  readonly after: string;
  readonly standing: number | null;
}

/** The whole log, the oldest action first. An action without events is in it too. */
export function storedActions(sqlite: Database.Database): StoredAction[] {
  const actions = sqlite
    .prepare('SELECT id, kind, annotator_id AS annotatorId, target, queue_id AS queueId FROM label_actions ORDER BY id')
    .all() as Omit<StoredAction, 'events'>[];
  const events = sqlite
    .prepare(
      'SELECT id, action_id AS actionId, sample_id AS sampleId, field, before, after, standing FROM label_events ORDER BY id',
    )
    .all() as (StoredEvent & { readonly actionId: number })[];
  const byAction = Map.groupBy(events, ({ actionId }) => actionId);
  return actions.map((action) => ({ ...action, events: byAction.get(action.id) ?? [] }));
}

/** What must hold of the log and of all that is derived from it, told again from the words of the schema alone. */
export function contradictions(sqlite: Database.Database, log: readonly StoredAction[]): string[] {
  return [
    ...brokenTurns(log),
    ...strayEvents(sqlite, log),
    ...wrongAnnotations(sqlite, log),
    ...wrongQueues(sqlite, log),
  ];
}

/** An undo is its target backwards, a redo its target again: whole or not at all. */
function brokenTurns(log: readonly StoredAction[]): string[] {
  const byId = new Map(log.map((action) => [action.id, action]));
  const told = (events: readonly StoredEvent[], side: 'before' | 'after'): string =>
    JSON.stringify(events.map((event) => [event.sampleId, event.field, event[side]]));
  return log.flatMap((action) => {
    if (action.events.length === 0) return [`action ${action.id} has no events`];
    if (action.kind === 'do') return [];
    const target = byId.get(action.target ?? -1);
    if (target === undefined) return [`action ${action.id} turns an action that is not there`];
    const wanted = action.kind === 'undo' ? told(target.events.toReversed(), 'before') : told(target.events, 'after');
    return told(action.events, 'after') === wanted
      ? []
      : [`action ${action.id} is not the ${action.kind} of ${target.id}`];
  });
}

function strayEvents(sqlite: Database.Database, log: readonly StoredAction[]): string[] {
  const count = sqlite.prepare('SELECT count(*) FROM label_events').pluck().get() as number;
  const ofActions = log.reduce((sum, { events }) => sum + events.length, 0);
  return count === ofActions ? [] : [`${count - ofActions} events belong to no action`];
}

interface Said {
  label: unknown;
  votes: readonly number[] | null;
  note: unknown;
  place: number;
}

/** What each annotator says and how each face stands, derived from the events, against the tables that hold it. */
function wrongAnnotations(sqlite: Database.Database, log: readonly StoredAction[]): string[] {
  const said = new Map<string, Said>();
  const revisions = new Map<number, number>();
  const found: string[] = [];
  for (const { annotatorId, events } of log) {
    for (const { id, sampleId, field, before, after, standing } of events) {
      const key = `${sampleId} ${annotatorId}`;
      const own = said.get(key) ?? { label: null, votes: null, note: null, place: 0 };
      if (JSON.stringify(own[field]) !== before) found.push(`event ${id} starts from what was not there`);
      const value = JSON.parse(after) as never;
      said.set(key, { ...own, [field]: value, ...(field === 'label' ? { place: standing ?? id } : {}) });
      revisions.set(sampleId, (revisions.get(sampleId) ?? 0) + 1);
    }
  }
  const derived = [...said].map(([key, { label, votes, note, place }]) => [key, label, votes, note, place]).sort(byKey);
  const stored = (
    sqlite.prepare('SELECT * FROM annotations').all() as {
      sample_id: number;
      annotator_id: number;
      label: number | null;
      votes: string | null;
      note: string | null;
      label_event: number;
    }[]
  )
    .map((row) => [`${row.sample_id} ${row.annotator_id}`, row.label, parsed(row.votes), row.note, row.label_event])
    .sort(byKey);
  if (JSON.stringify(derived) !== JSON.stringify(stored)) found.push('what annotators say differs from the events');

  const faces = [...revisions].map(([sampleId, revision]) => {
    const words = [...said].filter(([key]) => key.startsWith(`${sampleId} `)).map(([, word]) => word);
    const newest = words.filter(({ label }) => label !== null).sort((a, b) => b.place - a.place)[0];
    const added = words.flatMap(({ votes }) => (votes === null ? [] : [votes]));
    const total = added[0]?.map((_, index) => added.reduce((sum, votes) => sum + votes[index]!, 0)) ?? null;
    return [sampleId, newest?.label ?? null, total?.some((count) => count !== 0) ? total : null, revision];
  });
  const current = (
    sqlite.prepare('SELECT * FROM current_labels').all() as {
      sample_id: number;
      label: number | null;
      votes: string | null;
      revision: number;
    }[]
  ).map((row) => [row.sample_id, row.label, parsed(row.votes), row.revision]);
  if (JSON.stringify(faces.sort(byNumber)) !== JSON.stringify(current.sort(byNumber))) {
    found.push('current labels differ from the events');
  }
  return found;
}

/** A face of a queue is settled together with the action that was done in the queue, and open again with its undo. */
function wrongQueues(sqlite: Database.Database, log: readonly StoredAction[]): string[] {
  const last = new Map<string, StoredAction['kind']>();
  for (const { queueId, kind, events } of log) {
    if (queueId !== null) for (const { sampleId } of events) last.set(`${queueId} ${sampleId}`, kind);
  }
  const items = sqlite.prepare('SELECT queue_id, sample_id, status FROM queue_items').all() as {
    readonly queue_id: number;
    readonly sample_id: number;
    readonly status: string;
  }[];
  return items.flatMap(({ queue_id, sample_id, status }) => {
    const kind = last.get(`${queue_id} ${sample_id}`);
    const wanted = kind === undefined || kind === 'undo' ? 'waiting' : 'done';
    return status === wanted ? [] : [`face ${sample_id} is ${status} in its queue, not ${wanted}`];
  });
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
const byKey = (a: readonly unknown[], b: readonly unknown[]): number => String(a[0]).localeCompare(String(b[0]));
const byNumber = (a: readonly unknown[], b: readonly unknown[]): number => Number(a[0]) - Number(b[0]);
