import { z } from 'zod';
import { idSchema, sampleTileSchema, viewQuerySchema } from '../entities.ts';
import { base } from './base.ts';

/** An order that faces may be reviewed in; `scoreLabel` names the number that each face has in it. */
export const queueOrderSchema = z.object({
  name: z.string(),
  label: z.string(),
  explanation: z.string(),
  scoreLabel: z.string(),
  needsRun: z.boolean(),
});
export type QueueOrder = z.infer<typeof queueOrderSchema>;

export const queueNameSchema = z.string().trim().min(1).max(120);

/** The faces a queue is made of: of one dataset, beside one run or none, through a filter. */
export const queueQuerySchema = viewQuerySchema.pick({ datasetId: true, runId: true, filter: true });
export type QueueQuery = z.infer<typeof queueQuerySchema>;

export const newQueueSchema = queueQuerySchema.extend({
  name: queueNameSchema,
  order: z.string(),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0),
  /** Takes the classes in turn, the most urgent face of each, so that no class crowds out the others. */
  balanced: z.boolean().default(false),
  limit: z.number().int().min(1).max(100_000).nullable().default(null),
});
export type NewQueue = z.infer<typeof newQueueSchema>;

/**
 * A saved query with an order, and how far its review has come. Of `total` faces `done` and `skipped` are settled;
 * `remaining` are open, among them `changed` ones, whose labels were changed elsewhere after they had been settled here.
 */
export const queueSchema = newQueueSchema.required().extend({
  id: idSchema,
  dataset: z.string(),
  model: z.string().nullable(),
  orderLabel: z.string(),
  scoreLabel: z.string(),
  total: z.number().int(),
  done: z.number().int(),
  skipped: z.number().int(),
  remaining: z.number().int(),
  changed: z.number().int(),
  /** Where its reader is: a position from 0 to `total`. */
  position: z.number().int(),
  createdAt: z.number(),
  filledAt: z.number(),
});
export type Queue = z.infer<typeof queueSchema>;

export const itemStatusSchema = z.enum(['waiting', 'done', 'skipped']);
export type ItemStatus = z.infer<typeof itemStatusSchema>;

/** A face of a queue; open while it is `waiting`, or `changed` since it was settled. */
export const queueItemSchema = z.object({
  position: z.number().int(),
  score: z.number(),
  status: itemStatusSchema,
  changed: z.boolean(),
  settledAt: z.number().nullable(),
  tile: sampleTileSchema,
});
export type QueueItem = z.infer<typeof queueItemSchema>;

const one = z.object({ id: idSchema });
const place = z.number().int().min(0);

export const queues = {
  orders: base.output(z.array(queueOrderSchema)),
  list: base.input(z.object({ datasetId: idSchema.nullable() })).output(z.array(queueSchema)),
  get: base.input(one).output(queueSchema),
  find: base.input(z.object({ name: z.string() })).output(queueSchema),
  /** Throws CONFLICT for a taken name, USAGE where no face is in the queue or the order needs a run. */
  create: base.input(newQueueSchema).output(queueSchema),
  rename: base.input(z.object({ id: idSchema, name: queueNameSchema })).output(queueSchema),
  remove: base.input(one).output(one),
  /** Asks the query again: faces that are new to it are appended, none is shown twice, none is taken away. */
  refill: base.input(one).output(z.object({ queue: queueSchema, added: z.number().int() })),
  items: base
    .input(z.object({ id: idSchema, offset: place, limit: z.number().int().min(1).max(2000) }))
    .output(z.object({ total: z.number().int(), items: z.array(queueItemSchema) })),
  /** The nearest open face from a position on, or backwards to it; ahead it goes on from the start. Null: none is open. */
  next: base
    .input(z.object({ id: idSchema, from: place, backwards: z.boolean().default(false) }))
    .output(queueItemSchema.nullable()),
  /** Settles a face, or with `waiting` puts it back. */
  settle: base.input(z.object({ id: idSchema, sampleId: idSchema, status: itemStatusSchema })).output(queueSchema),
  /** Puts every skipped face back. */
  unskip: base.input(one).output(queueSchema),
  move: base.input(z.object({ id: idSchema, position: place })).output(queueSchema),
};
