import type { Queue, QueueQuery } from '../../shared/contract/queues.ts';
import type { ViewQuery } from '../../shared/entities.ts';
import { NotFoundError, UsageError } from '../../shared/errors.ts';
import { orderNamed, rankQueue } from '../analysis/queue-faces.ts';
import { QUEUE_ORDERS } from '../analysis/queue-orders/index.ts';
import { durably } from '../library/durably.ts';
import { nextItem, queueItems, settleItem, unskipItems } from '../library/queue-items.ts';
import {
  createQueue,
  findQueue,
  getQueue,
  listQueues,
  moveQueue,
  type QueueRecord,
  refillQueue,
  removeQueue,
  renameQueue,
} from '../library/queues.ts';
import { getRun } from '../library/runs.ts';
import type { BackendContext } from './context.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';

export const queues = {
  orders: api.queues.orders.handler(() =>
    QUEUE_ORDERS.map(({ name, label, explanation, scoreLabel, needsRun }) => ({
      name,
      label,
      explanation,
      scoreLabel,
      needsRun,
    })),
  ),
  list: api.queues.list.handler(({ input, context }) => listQueues(context.library, input.datasetId).map(inWords)),
  get: api.queues.get.handler(({ input, context }) => inWords(getQueue(context.library, input.id))),
  find: api.queues.find.handler(({ input, context }) => {
    const found = findQueue(context.library, input.name);
    if (found !== null) return inWords(found);
    throw new NotFoundError(`There is no queue named “${input.name}”.`, {
      field: 'name',
      names: listQueues(context.library, null).map(({ name }) => name),
      remedy: 'Check the name; “queues list” shows them all.',
    });
  }),
  create: api.queues.create.handler(async ({ input, context }) => {
    const faces = await rankQueue(context.library, input, await facesOf(context, input));
    if (faces.length === 0) throw nothingFound();
    return told(context, createQueue(context.library, input, faces));
  }),
  rename: api.queues.rename.handler(({ input, context }) =>
    told(context, renameQueue(context.library, input.id, input.name)),
  ),
  remove: api.queues.remove.handler(({ input, context }) => {
    removeQueue(context.library, input.id);
    changed(context.events, 'queues');
    return { id: input.id };
  }),
  refill: api.queues.refill.handler(async ({ input, context }) => {
    const queue = getQueue(context.library, input.id);
    const faces = await rankQueue(context.library, queue, await facesOf(context, queue));
    const added = refillQueue(context.library, queue.id, faces);
    return { queue: told(context, getQueue(context.library, queue.id)), added };
  }),
  items: api.queues.items.handler(({ input, context }) => ({
    total: getQueue(context.library, input.id).total,
    items: queueItems(context.library, input.id, input.offset, input.limit),
  })),
  next: api.queues.next.handler(({ input, context }) => {
    const { id } = getQueue(context.library, input.id);
    return nextItem(context.library, id, input.from, input.backwards);
  }),
  settle: api.queues.settle.handler(({ input, context }) => {
    getQueue(context.library, input.id);
    durably(context.library, () => settleItem(context.library, input.id, input.sampleId, input.status));
    return told(context, getQueue(context.library, input.id));
  }),
  unskip: api.queues.unskip.handler(({ input, context }) => {
    getQueue(context.library, input.id);
    unskipItems(context.library, input.id);
    return told(context, getQueue(context.library, input.id));
  }),
  move: api.queues.move.handler(({ input, context }) =>
    told(context, moveQueue(context.library, input.id, input.position)),
  ),
};

function told(context: BackendContext, queue: QueueRecord): Queue {
  changed(context.events, 'queues');
  return inWords(queue);
}

function inWords(queue: QueueRecord): Queue {
  const { label, scoreLabel } = orderNamed(queue.order);
  return { ...queue, orderLabel: label, scoreLabel };
}

async function facesOf(context: BackendContext, { datasetId, runId, filter }: QueueQuery): Promise<readonly number[]> {
  if (runId !== null && getRun(context.library, runId).datasetId !== datasetId) {
    throw new UsageError(`Run ${runId} is of another dataset.`, { field: 'runId' });
  }
  const query: ViewQuery = { datasetId, runId, filter, sort: 'imported', descending: false };
  await context.measuring.readyFor(query);
  return context.views.ids(query);
}

const nothingFound = (): UsageError =>
  new UsageError('No face is in this queue.', {
    kept: 'No queue was made.',
    remedy: 'Widen the filter, or choose another order.',
  });
