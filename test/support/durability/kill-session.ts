import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { ensureAnnotator } from '../../../src/main/library/annotators.ts';
import { openLibrary } from '../../../src/main/library/db.ts';
import { createQueue } from '../../../src/main/library/queues.ts';
import { FERPLUS_CLASSES } from '../../../src/shared/class-sets.ts';
import { addFaces } from '../library-rows.ts';
import { seededRandom } from '../random.ts';
import { contradictions, type StoredAction, storedActions } from './label-log.ts';
import { type Asked, type Confirmed, type LabelScript, nextCall, send } from './label-script.ts';
import { type ServedLibrary, serveLibrary } from './served-library.ts';

const FACES = 240;
/** The longest session of those that a timer ends, and of those that a call ends. */
const LONGEST_MS = 120;
const MOST_CALLS = 8;
/** How long a call may have been on its way; a key’s takes about a millisecond, a whole page’s tens of them. */
const LONGEST_ON_ITS_WAY_MS = 25;
/** The shares of kills by timer and right after a call was sent; the others come as soon as a call is confirmed. */
const [BY_TIMER, ON_ITS_WAY] = [0.3, 0.55];

export interface KillOptions {
  /** A file that is not there yet. */
  readonly libraryFile: string;
  readonly kills: number;
  readonly seed: number;
  readonly onKill?: (done: number, report: KillReport) => void;
}

/** What all kills came to; each problem says after which kill it was seen. */
export interface KillReport {
  readonly kills: number;
  /** Kills that met a call on its way: sent and not answered. */
  readonly midCall: number;
  readonly calls: number;
  /** Changes of a face that were confirmed. */
  readonly confirmed: number;
  readonly lost: number;
  /** Calls that were never answered: those that are there wholly, and those that left nothing. */
  readonly unansweredThere: number;
  readonly unansweredAbsent: number;
  readonly halfWritten: number;
  readonly problems: readonly string[];
}

interface Tally extends KillReport {
  midCall: number;
  kills: number;
  calls: number;
  confirmed: number;
  lost: number;
  unansweredThere: number;
  unansweredAbsent: number;
  halfWritten: number;
  readonly problems: string[];
}

/**
 * Labels by a script through a real backend, kills it with SIGKILL at moments that the seed chooses, starts it again and
 * holds the library against what had been confirmed, as often as `kills` says.
 */
export async function killWhileLabelling(options: KillOptions): Promise<KillReport> {
  const random = seededRandom(options.seed);
  const script = prepare(options.libraryFile, random);
  const tally: Tally = {
    kills: 0,
    midCall: 0,
    calls: 0,
    confirmed: 0,
    lost: 0,
    unansweredThere: 0,
    unansweredAbsent: 0,
    halfWritten: 0,
    problems: [],
  };
  const actions: StoredAction[] = [];
  let served = await serveLibrary(options.libraryFile);
  try {
    while (tally.kills < options.kills) {
      const session = await labelUntilKilled(served, script);
      tally.kills += 1;
      tally.calls += session.confirmed.length + session.unanswered.length;
      if (session.unanswered.length > 0) tally.midCall += 1;
      const before = tally.problems.length;
      checkFile(options.libraryFile, actions, session, tally);
      served = await serveLibrary(options.libraryFile);
      await checkServed(served, actions, tally);
      for (let index = before; index < tally.problems.length; index += 1) {
        tally.problems[index] = `kill ${tally.kills}: ${tally.problems[index]}`;
      }
      options.onKill?.(tally.kills, tally);
    }
  } finally {
    await served.kill();
  }
  return tally;
}

function prepare(libraryFile: string, random: () => number): LabelScript {
  const library = openLibrary(libraryFile);
  const faces = Array.from({ length: FACES }, (_, index) => ({
    key: `face ${index}.png`,
    votes: FERPLUS_CLASSES.map((_, label) => Math.floor(random() * (label === index % 8 ? 9 : 3))),
  }));
  const datasetId = addFaces(library, faces);
  const ids = Array.from({ length: FACES }, (_, index) => index + 1);
  const annotatorIds = ['Ada', 'Ben'].map((name) => ensureAnnotator(library, name).id);
  const query = { datasetId, runId: null, filter: {}, name: 'all', order: 'most-ambiguous', seed: 0 };
  const ranked = ids.map((sampleId) => ({ sampleId, score: 0 }));
  const { id: queueId } = createQueue(library, { ...query, balanced: false, limit: null }, ranked);
  library.close();
  return { annotatorIds, queueId, faces: FACES, classes: FERPLUS_CLASSES.length, random };
}

interface KilledSession {
  readonly confirmed: readonly Confirmed[];
  readonly unanswered: readonly Asked[];
}

/**
 * Sends calls one after another, now and then two at once, until the backend is gone. It dies some time after the
 * session has begun, or right after a call was sent, or at once when one is confirmed.
 */
async function labelUntilKilled({ client, kill }: ServedLibrary, script: LabelScript): Promise<KilledSession> {
  const { random } = script;
  const confirmed: Confirmed[] = [];
  const unanswered = new Set<Asked>();
  const how = random();
  const last = Math.floor(random() * MOST_CALLS);
  const after = random() * LONGEST_MS;
  let death: Promise<void> | null = null;
  const die = (): void => {
    death ??= kill();
  };
  if (how < BY_TIMER) void pause(after).then(die);
  for (let call = 0; death === null; call += 1) {
    const asked: Asked[] = [];
    try {
      for (let count = random() < 0.2 ? 2 : 1; count > 0; count -= 1) asked.push(await nextCall(client, script));
    } catch {
      break;
    }
    if (death !== null) break;
    const answers = asked.map(async (each) => {
      unanswered.add(each);
      const answer = await send(client, each);
      unanswered.delete(each);
      if (answer !== null) confirmed.push(answer);
      if (how >= BY_TIMER + ON_ITS_WAY && call >= last) die();
    });
    if (how >= BY_TIMER && how < BY_TIMER + ON_ITS_WAY && call >= last) {
      await pause(LONGEST_ON_ITS_WAY_MS * random() ** 3);
      die();
    }
    const settled = await Promise.allSettled(answers);
    for (const [index, { status }] of settled.entries()) {
      if (status === 'rejected' && death === null) unanswered.delete(asked[index]!);
    }
  }
  die();
  await death;
  return { confirmed: confirmed.sort((a, b) => a.outcome.actionId - b.outcome.actionId), unanswered: [...unanswered] };
}

/** Compares the dead backend's file with what it had confirmed; enters what is there now in `actions`. */
function checkFile(file: string, actions: StoredAction[], session: KilledSession, tally: Tally): void {
  const sqlite = new Database(file);
  try {
    const verdict = sqlite.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') tally.problems.push(`integrity check: ${String(verdict)}`);
    const log = storedActions(sqlite);
    tally.problems.push(...contradictions(sqlite, log));
    if (JSON.stringify(log.slice(0, actions.length)) !== JSON.stringify(actions)) {
      tally.problems.push('actions of earlier sessions changed');
    }
    const added = new Map(log.slice(actions.length).map((action) => [action.id, action]));
    for (const { asked, outcome } of session.confirmed) {
      const action = added.get(outcome.actionId);
      added.delete(outcome.actionId);
      const labels = action?.events.length ?? asked.changes.length;
      tally.confirmed += labels;
      if (action !== undefined && isWholly(action, asked)) continue;
      tally.lost += labels;
      tally.problems.push(
        `action ${outcome.actionId} was confirmed and is ${action === undefined ? 'gone' : 'another'}`,
      );
    }
    const open = [...session.unanswered];
    for (const action of added.values()) {
      const place = open.findIndex((asked) => isWholly(action, asked));
      if (place >= 0) {
        open.splice(place, 1);
        tally.unansweredThere += 1;
      } else {
        tally.halfWritten += 1;
        tally.problems.push(`action ${action.id} is none that was asked for, or not all of it`);
      }
    }
    tally.unansweredAbsent += open.length;
    actions.splice(0, actions.length, ...log);
  } finally {
    sqlite.close();
  }
}

/** Whether an action holds every change that was asked for and no other; undo and redo are held against their target. */
function isWholly(action: StoredAction, { kind, annotatorId, changes, queueId }: Asked): boolean {
  if (action.kind !== kind || action.annotatorId !== annotatorId) return false;
  if (kind !== 'do') return true;
  if (action.queueId !== queueId || action.events.length !== changes.length) return false;
  return action.events.every(({ sampleId, field, after }, index) => {
    const change = changes[index]!;
    return change.sampleId === sampleId && change.field === field && JSON.stringify(change.value) === after;
  });
}

/** What the restarted backend says: every face at the revision of its events, and nothing to rebuild. */
async function checkServed({ client }: ServedLibrary, actions: readonly StoredAction[], tally: Tally): Promise<void> {
  const revisions = new Map<number, number>();
  for (const { events } of actions) {
    for (const { sampleId } of events) revisions.set(sampleId, (revisions.get(sampleId) ?? 0) + 1);
  }
  const sampleIds = Array.from({ length: FACES }, (_, index) => index + 1);
  const states = await client.labels.faces({ sampleIds });
  const behind = states.filter(({ sampleId, revision }) => revision !== (revisions.get(sampleId) ?? 0));
  if (behind.length > 0) tally.problems.push(`${behind.length} faces are told at another revision than their events`);
  const { changed } = await client.labels.rebuild({ repair: false });
  if (changed > 0) tally.problems.push(`${changed} faces differ when they are rebuilt from the events`);
}
