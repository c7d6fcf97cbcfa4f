import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NewQueue } from '../../shared/contract/queues.ts';
import { UsageError } from '../../shared/errors.ts';
import { datasetClasses } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { type JudgedFace, judgedFaces } from '../library/judged-faces.ts';
import type { RankedFace } from '../library/queues.ts';
import { getRun } from '../library/runs.ts';
import { leaksOf } from '../library/same-pixels.ts';
import { measureInput } from './prediction-measures.ts';
import { QUEUE_ORDERS } from './queue-orders/index.ts';
import type { Candidate, Order } from './queue-orders/order.ts';

/** An order by its name. Throws UsageError that lists the known ones. */
export function orderNamed(name: string): Order {
  const found = QUEUE_ORDERS.find((order) => order.name === name);
  if (found !== undefined) return found;
  const names = QUEUE_ORDERS.map((order) => order.name);
  throw new UsageError(`There is no queue order “${name}”.`, {
    field: 'order',
    names,
    remedy: `Use ${names.join(', ')}.`,
  });
}

/** Faces read before other work gets its turn. */
const SLICE = 5_000;

/** What a queue's faces follow from, besides the numbers of the faces that its query finds. */
export type QueuePlan = Pick<NewQueue, 'datasetId' | 'runId' | 'filter' | 'order' | 'seed' | 'balanced' | 'limit'>;

/**
 * Puts the faces of a query in a queue's order: ranked, balanced over their labels where that is wished, cut at the
 * limit. Other work has its turn on the way. Throws UsageError for an unknown order, or one that needs a run where none is named.
 */
export async function rankQueue(
  library: Library,
  plan: QueuePlan,
  ids: readonly number[],
): Promise<readonly RankedFace[]> {
  const order = orderNamed(plan.order);
  if (order.needsRun && plan.runId === null) {
    throw new UsageError(`The order “${order.label}” needs a run of a model.`, {
      field: 'runId',
      remedy: 'Choose a run, or predict with a model first.',
    });
  }
  const classIndices = plan.runId === null ? [] : getRun(library, plan.runId).classIndices;
  const candidates = await candidatesOf(library, plan, order, ids);
  const ranked = order.rank(candidates, { seed: plan.seed, classIndices, listed: plan.filter.ids ?? [] });
  const labels = new Map(candidates.map(({ face }) => [face.id, face.label]));
  const taken = plan.balanced ? inTurns(ranked, ({ sampleId }) => labels.get(sampleId) ?? -1) : ranked;
  return plan.limit === null ? taken : taken.slice(0, plan.limit);
}

async function candidatesOf(
  library: Library,
  plan: QueuePlan,
  order: Order,
  ids: readonly number[],
): Promise<readonly Candidate[]> {
  const classes = datasetClasses(library, plan.datasetId);
  const leaks = order.needsLeaks === true ? leaksOf(library, plan.datasetId) : new Map<number, never>();
  const toCandidate = (face: JudgedFace): Candidate => ({
    face,
    input: face.probabilities === null ? null : measureInput(classes, face.votes, face.label, face.probabilities),
    leak: leaks.get(face.id) ?? null,
  });
  const candidates: Candidate[] = [];
  for (const face of judgedFaces(library, plan.datasetId, plan.runId, ids)) {
    candidates.push(toCandidate(face));
    if (candidates.length % SLICE === 0) await nextTurn();
  }
  return candidates;
}

/** Takes the classes in turn, in ascending order, each time the first that is left of each. */
export function inTurns<Item>(ranked: readonly Item[], classOf: (item: Item) => number): readonly Item[] {
  const turns = new Map<number, number>();
  const placed = ranked.map((item) => {
    const group = classOf(item);
    const turn = turns.get(group) ?? 0;
    turns.set(group, turn + 1);
    return { item, group, turn };
  });
  return placed.toSorted((a, b) => a.turn - b.turn || a.group - b.group).map(({ item }) => item);
}
