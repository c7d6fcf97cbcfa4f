import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { idSchema, jobSchema } from '../entities.ts';
import { base } from './base.ts';
import { faceLabelSchema } from './labels.ts';

/** What the backend says unasked: a job moved, or something in the library changed and lists should be read again. */
export const backendEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job'), job: jobSchema }),
  /** Labels changed, here or in another process that has the library open: how those faces stand now. */
  z.object({ type: z.literal('labels'), faces: z.array(faceLabelSchema) }),
  z.object({
    type: z.literal('changed'),
    what: z.enum(['datasets', 'models', 'runs', 'jobs', 'samples', 'trainings', 'queues', 'labelVersions', 'priors']),
  }),
]);
export type BackendEvent = z.infer<typeof backendEventSchema>;

const one = z.object({ id: idSchema });

export const jobs = {
  list: base.output(z.array(jobSchema)),
  get: base.input(one).output(jobSchema),
  cancel: base.input(one).output(jobSchema),
  resume: base.input(one).output(jobSchema),
  forget: base.input(one).output(z.object({ id: idSchema })),
  watch: base.output(eventIterator(backendEventSchema)),
};
