import { resolve } from 'node:path';
import { Option, type Command as Parser } from 'commander';
import { type TrainerName, trainerSchema } from '../../shared/train-config.ts';
import { defineCompare } from './runs-compare.ts';
import type { Command, Outcome, Run, Session } from './terminal/command.ts';
import { followTraining, sayIfSlow } from './terminal/follow-training.ts';
import { count, duration, percent, when } from './terminal/format.ts';
import { whole } from './terminal/options.ts';
import { table } from './terminal/table.ts';
import { describeTraining } from './terminal/training-words.ts';

const runNumber = whole(1, Number.MAX_SAFE_INTEGER);
const NO_STEPS = Number.MAX_SAFE_INTEGER;

interface SaveOptions {
  readonly weights: 'best' | 'last';
  readonly out?: string;
  readonly force?: boolean;
}

/** Lists, shows, compares, resumes and removes training runs, and makes models of them. */
export const runs = {
  name: 'runs',
  define(program, run) {
    const group = program
      .command('runs')
      .description('list the training runs; show, compare, resume, save or remove one');
    group
      .command('list', { isDefault: true })
      .description('list the training runs')
      .option('--dataset <name>', 'only those on this dataset')
      .action(({ dataset }: { readonly dataset?: string }) => run((session) => listAll(session, dataset)));
    defineOne(group, run);
    defineResume(group, run);
    defineCompare(group, run);
    group
      .command('save')
      .description('add a run’s weights to the library as a model, in a folder of its own')
      .argument('<number>', 'the run’s number', runNumber)
      .argument('<name>', 'the model’s name')
      .addOption(
        new Option('--weights <which>', 'the best epoch’s or the last').choices(['best', 'last']).default('best'),
      )
      .option('--out <folder>', 'the folder to write (default: one beside the library)')
      .option('--force', 'write into a folder that is not empty')
      .action((id: number, name: string, options: SaveOptions) => run((session) => save(session, id, name, options)));
  },
} as const satisfies Command;

function defineOne(group: Parser, run: Run): void {
  const one = (name: string, description: string, work: (session: Session, id: number) => Promise<Outcome>): void => {
    group
      .command(name)
      .description(description)
      .argument('<number>', 'the run’s number', runNumber)
      .action((id: number) => run((session) => work(session, id)));
  };
  one('show', 'show a run’s settings and figures', async ({ client }, id) => {
    const found = await client.trainings.get({ id, afterStep: 0 });
    return { document: found, text: describeTraining(found.training, found.epochs) };
  });
  one('remove', 'remove a run with its checkpoints and weights', async ({ client }, id) => {
    await client.trainings.remove({ id });
    return { document: { removed: id }, text: `Run ${id} is removed.` };
  });
}

function defineResume(group: Parser, run: Run): void {
  group
    .command('resume')
    .description('go on with a run that stopped, and follow it to its end')
    .argument('<number>', 'the run’s number', runNumber)
    .addOption(new Option('--trainer <name>', 'go on with another trainer').choices(trainerSchema.options))
    .action((id: number, { trainer }: { readonly trainer?: TrainerName }) =>
      run(async (session) => {
        const { client } = session;
        const { training } = await client.trainings.get({ id, afterStep: NO_STEPS });
        await sayIfSlow(session, trainer ?? training.config.trainer);
        return followTraining(session, id, () => client.trainings.resume({ id, trainer }), undefined);
      }),
    );
}

async function listAll({ client }: Session, dataset: string | undefined): Promise<Outcome> {
  const datasetId = dataset === undefined ? null : (await client.datasets.find({ name: dataset })).id;
  const found = await client.trainings.list({ datasetId });
  const text = table(
    [
      { title: 'RUN', align: 'right', cell: (training) => String(training.id) },
      { title: 'NAME', cell: (training) => training.name },
      { title: 'STATUS', cell: (training) => training.status },
      { title: 'FACES', align: 'right', cell: ({ counts }) => count(counts.train.kept) },
      { title: 'EPOCHS', align: 'right', cell: ({ epochsDone, config }) => `${epochsDone}/${config.epochs}` },
      { title: 'ACCURACY', align: 'right', cell: ({ best }) => percent(best?.accuracy ?? null) },
      { title: 'MACRO-F1', align: 'right', cell: ({ best }) => percent(best?.macroF1 ?? null) },
      { title: 'TIME', align: 'right', cell: ({ seconds }) => duration(seconds) },
      { title: 'BEGUN', cell: ({ createdAt }) => when(createdAt) },
    ],
    found,
    'There are no training runs. Start one with: finetune --dataset NAME --model NAME',
  );
  return { document: found, text };
}

async function save({ client }: Session, id: number, name: string, options: SaveOptions): Promise<Outcome> {
  const { weights, out, force = false } = options;
  const place = out === undefined ? {} : { out: resolve(out) };
  const saved = await client.trainings.save({ id, name, weights, force, ...place });
  return { document: saved, text: `The model ${name} is in ${saved.folder}: ${saved.files.join(', ')}.` };
}
