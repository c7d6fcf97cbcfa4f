import { Option } from 'commander';
import { type ProviderChoice, providerChoiceSchema, SPLITS, type Split } from '../../shared/entities.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { followJob } from './terminal/follow-job.ts';
import { count } from './terminal/format.ts';
import { collectSplits, whole } from './terminal/options.ts';
import { pairs } from './terminal/table.ts';

interface Options {
  readonly dataset: string;
  readonly model: string;
  readonly split?: readonly Split[];
  readonly provider?: ProviderChoice;
  readonly batch?: number;
  readonly again?: boolean;
}

/** Runs a model over a dataset and stores its predictions. */
export const predict = {
  name: 'predict',
  define: (program, run) =>
    void program
      .command('predict')
      .description('run a model over the faces of a dataset; a run that was stopped goes on')
      .requiredOption('--dataset <name>', 'the dataset')
      .requiredOption('--model <name>', 'the model')
      .option('--split <splits>', 'train, valid, test, none or all (may be repeated)', collectSplits)
      .addOption(
        new Option('--provider <name>', 'what computes (default: the library’s setting)').choices(
          providerChoiceSchema.options,
        ),
      )
      .option('--batch <faces>', 'faces a batch', whole(1, 1024))
      .option('--again', 'start a new run even where one is complete')
      .action((options: Options) => run((session) => predictFaces(session, options))),
} as const satisfies Command;

async function predictFaces(session: Session, options: Options): Promise<Outcome> {
  const { client } = session;
  const [dataset, model, settings] = await Promise.all([
    client.datasets.find({ name: options.dataset }),
    client.models.find({ name: options.model }),
    client.system.settings(),
  ]);
  const present = dataset.splits.map(({ split }) => split);
  const request = {
    datasetId: dataset.id,
    modelId: model.id,
    splits: [...(options.split ?? SPLITS.filter((split) => present.includes(split)))],
    provider: options.provider ?? settings.provider,
    batchSize: options.batch ?? null,
    again: options.again === true,
  };
  const job = await followJob(session, () => client.runs.start(request));
  const run = (await client.runs.list({ datasetId: dataset.id })).find(({ id }) => id === job.runId)!;
  const document = {
    dataset: dataset.name,
    model: model.name,
    runId: run.id,
    jobId: job.id,
    splits: run.splits,
    provider: run.provider,
    done: run.done,
    total: run.total,
    complete: run.complete,
    facesPerSecond: run.facesPerSecond,
    ...(typeof job.result === 'object' ? job.result : {}),
  };
  const speed = run.facesPerSecond === null ? '–' : `${run.facesPerSecond.toFixed(0)} faces/s on ${run.provider}`;
  const text = pairs([
    ['run', `${run.id}: ${model.name} over ${dataset.name} (${run.splits.join(', ')})`],
    ['predicted', `${count(run.done)} of ${count(run.total)} faces`],
    ['speed', speed],
  ]);
  return { document, text };
}
