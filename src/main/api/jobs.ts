import { forgetJob, getJob, listJobs } from '../library/jobs.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';

export const jobs = {
  list: api.jobs.list.handler(({ context }) => listJobs(context.library)),
  get: api.jobs.get.handler(({ input, context }) => getJob(context.library, input.id)),
  cancel: api.jobs.cancel.handler(({ input, context }) => context.jobs.cancel(input.id)),
  resume: api.jobs.resume.handler(({ input, context }) => context.jobs.resume(input.id)),
  forget: api.jobs.forget.handler(({ input, context }) => {
    forgetJob(context.library, input.id);
    changed(context.events, 'jobs');
    return { id: input.id };
  }),
  watch: api.jobs.watch.handler(({ context, signal }) =>
    context.events.subscribe('event', { signal, maxBufferedEvents: 1000 }),
  ),
};
