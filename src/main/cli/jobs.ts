import type { Job } from '../../shared/entities.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { explain } from './terminal/failures.ts';
import { describe, followJob } from './terminal/follow-job.ts';
import { when } from './terminal/format.ts';
import { whole } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

const jobNumber = whole(1, Number.MAX_SAFE_INTEGER);

/** Lists, shows, cancels, resumes and forgets jobs. */
export const jobs = {
  name: 'jobs',
  define(program, run) {
    const group = program.command('jobs').description('list the jobs, or show, cancel, resume and forget one');
    const one = (name: string, description: string, work: (session: Session, id: number) => Promise<Outcome>): void => {
      group
        .command(name)
        .description(description)
        .argument('<number>', 'the job’s number', jobNumber)
        .action((id: number) => run((session) => work(session, id)));
    };
    group
      .command('list', { isDefault: true })
      .description('list the jobs')
      .action(() => run(listAll));
    one('show', 'show a job', async ({ client }, id) => outcome(await client.jobs.get({ id })));
    one('cancel', 'stop a job within one batch', async ({ client }, id) => outcome(await client.jobs.cancel({ id })));
    one('resume', 'go on with a job that stopped, and follow it to its end', async (session, id) =>
      outcome(await followJob(session, () => session.client.jobs.resume({ id }))),
    );
    one('forget', 'remove a job’s record; what it made stays', async ({ client }, id) => {
      await client.jobs.forget({ id });
      return { document: { forgotten: id }, text: `Job ${id} is forgotten.` };
    });
  },
} as const satisfies Command;

async function listAll({ client }: Session): Promise<Outcome> {
  const found = await client.jobs.list();
  const text = table(
    [
      { title: 'JOB', align: 'right', cell: (job) => String(job.id) },
      { title: 'STATUS', cell: (job) => job.status },
      { title: 'WHAT', cell: (job) => describe(job.title, job.progress) },
      { title: 'PROVIDER', cell: (job) => job.provider ?? '' },
      { title: 'BEGUN', cell: (job) => when(job.startedAt) },
      { title: 'ENDED', cell: (job) => when(job.endedAt) },
    ],
    found,
    'There are no jobs.',
  );
  return { document: found, text };
}

function outcome(job: Job): Outcome {
  const facts = pairs([
    ['job', `${job.id}: ${job.title}`],
    ['status', job.status],
    ['progress', describe(job.kind, job.progress)],
    ['begun', when(job.startedAt)],
    ['ended', when(job.endedAt)],
  ]);
  return { document: job, text: job.error === null ? facts : `${facts}\n\n${explain(job.error)}` };
}
