import { ConflictError } from '../../shared/errors.ts';
import { prepareRun } from '../engine/prepare-run.ts';
import { liveJobs } from '../library/jobs.ts';
import { listRuns, removeRun } from '../library/runs.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';

export const runs = {
  list: api.runs.list.handler(({ input, context }) => listRuns(context.library, input.datasetId)),
  start: api.runs.start.handler(({ input, context }) => {
    const run = prepareRun(context.library, input);
    const { provider, batchSize } = input;
    const job = context.jobs.start(
      'predict',
      { runId: run.id, provider, batchSize },
      { datasetId: run.datasetId, runId: run.id },
    );
    changed(context.events, 'runs');
    return job;
  }),
  remove: api.runs.remove.handler(({ input, context }) => {
    const busy = liveJobs(context.library).find(({ job }) => job.runId === input.id);
    if (busy !== undefined) {
      throw new ConflictError(`Job ${busy.job.id} is working on this run.`, { remedy: 'Cancel it first.' });
    }
    const predictions = removeRun(context.library, input.id);
    changed(context.events, 'runs');
    return { predictions };
  }),
};
