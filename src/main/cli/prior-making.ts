import type { Command as Parser } from 'commander';
import { FERPLUS_EMOTIONS } from '../../shared/class-sets.ts';
import type { PriorSource, PriorVersion } from '../../shared/contract/priors.ts';
import type { Split } from '../../shared/entities.ts';
import type { Prior } from '../../shared/priors/prior.ts';
import { describeComputed, describeRows } from './prior-words.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { collectSplits, list, number } from './terminal/options.ts';
import { table } from './terminal/table.ts';

export interface Keep {
  readonly save?: string;
  readonly note: string;
  readonly update?: boolean;
}

interface ComputeOptions extends Keep {
  readonly dataset: string;
  readonly split?: readonly Split[];
  readonly protocol: string;
  readonly labels: string;
}

interface PresetOptions extends Keep {
  readonly classes?: readonly string[];
  readonly dataset?: string;
  readonly share: number;
}

/** Gives `prior` its commands that make one: from votes, from a preset, from a model's own confusion. */
export function definePriorMaking(group: Parser, run: Run): void {
  withKeep(
    group
      .command('compute')
      .description('from a dataset’s votes: row k is the mean of the votes on the faces labelled k')
      .requiredOption('--dataset <name>', 'the dataset')
      .option('--split <splits>', 'whose faces count (default: train; may be repeated)', collectSplits)
      .option('--protocol <name>', 'which faces count, and their labels', 'majority')
      .option('--labels <version>', 'current, crowd or a label version', 'current'),
  ).action((options: ComputeOptions) => run((session) => compute(session, options)));
  withKeep(
    group
      .command('preset')
      .description('one that needs no data; “prior presets” lists them')
      .argument('<preset>', 'its name')
      .option('--classes <names>', 'the classes, parted by commas', list)
      .option('--dataset <name>', 'or the dataset whose emotions they are')
      .option('--share <share>', 'uniform: how much is spread', number, 0.1),
  ).action((preset: string, options: PresetOptions) => run((session) => fromPreset(session, preset, options)));
  withKeep(
    group
      .command('confusion')
      .description('from a run’s own confusion, each row divided by its sum')
      .requiredOption('--run <number>', 'the run of predictions', number)
      .requiredOption('--split <split>', 'the split whose faces count')
      .option('--protocol <name>', 'which faces count, and their labels', 'majority'),
  ).action((options: Keep & { readonly run: number; readonly split: Split; readonly protocol: string }) =>
    run(async (session) => {
      const { run: runId, split, protocol } = options;
      return outcomeOf(session, await session.client.priors.confusion({ runId, split, protocol }), options);
    }),
  );
  group
    .command('presets')
    .description('priors that need no data')
    .action(() => run(presets));
}

const withKeep = (command: Parser): Parser =>
  command
    .option('--save <name>', 'keep it in the library under this name')
    .option('--note <text>', 'with it: why', '')
    .option('--update', 'keep it as the next version of a prior that is there');

/** Keeps a prior under a name, or as its next version where `update` says so. Rejects as the contract's `save`. */
export async function keep(
  { client }: Session,
  { prior, source }: { readonly prior: Prior; readonly source: PriorSource },
  { save: name, note, update }: Keep & { readonly save: string },
): Promise<PriorVersion> {
  const latest = update ? await client.priors.get({ name }) : null;
  return client.priors.save({
    name,
    expected: latest?.version ?? null,
    prior,
    source,
    parentId: latest?.id ?? null,
    note,
  });
}

async function outcomeOf(
  session: Session,
  found: { readonly prior: Prior; readonly source: PriorSource },
  options: Keep,
  text = describeRows(found.prior),
): Promise<Outcome> {
  const { save } = options;
  if (save === undefined) return { document: { ...found, saved: null }, text };
  const { id, name, version } = await keep(session, found, { ...options, save });
  return { document: { ...found, saved: { id, name, version } }, text: `${text}\n\nKept as ${name}@${version}.` };
}

async function compute(session: Session, options: ComputeOptions): Promise<Outcome> {
  const { id: datasetId } = await session.client.datasets.find({ name: options.dataset });
  const { split: splits = ['train'], protocol, labels } = options;
  const found = await session.client.priors.compute({ datasetId, splits: [...splits], protocol, labels });
  return outcomeOf(session, found, options, describeComputed(found));
}

async function fromPreset(session: Session, preset: string, options: PresetOptions): Promise<Outcome> {
  const classes = options.classes ?? (await emotionsOf(session, options.dataset));
  const found = await session.client.priors.preset({ preset, classes: [...classes], share: options.share });
  return outcomeOf(session, found, options);
}

async function emotionsOf({ client }: Session, dataset: string | undefined): Promise<readonly string[]> {
  if (dataset === undefined) return FERPLUS_EMOTIONS;
  const { classes } = await client.datasets.find({ name: dataset });
  return classes.filter(({ emotion }) => emotion).map(({ name }) => name);
}

async function presets({ client }: Session): Promise<Outcome> {
  const found = await client.priors.presets();
  const text = table(
    [
      { title: 'PRESET', cell: (preset) => preset.name },
      { title: 'WHAT', cell: (preset) => preset.describe },
    ],
    found,
    '',
  );
  return { document: found, text };
}
