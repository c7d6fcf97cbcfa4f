import type { Command as Parser } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Queue } from '../../shared/contract/queues.ts';
import type { Dataset, SampleFilter, Split } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { chooseRun } from './evaluate.ts';
import type { Command, Outcome, Run, Session } from './terminal/command.ts';
import { count, when } from './terminal/format.ts';
import { collectSplits, list, whole } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

interface CreateOptions {
  readonly dataset: string;
  readonly order: string;
  readonly split?: readonly Split[];
  readonly model?: string;
  readonly run?: number;
  readonly label?: readonly string[];
  readonly predicted?: readonly string[];
  readonly wrong?: boolean;
  readonly measure?: Readonly<Record<string, [number, number]>>;
  readonly balanced?: boolean;
  readonly limit?: number;
  readonly seed: number;
}

const SHOWN = 20;

/** Keeps review queues: saved queries with an order, each with progress of its own. */
export const queues = {
  name: 'queues',
  define(program, run) {
    const group = program
      .command('queues')
      .description('list the review queues, or create, show, refill and delete one');
    group
      .command('list', { isDefault: true })
      .description('list the queues and their progress')
      .option('--dataset <name>', 'of this dataset alone')
      .action(({ dataset }: { dataset?: string }) => run((session) => listAll(session, dataset)));
    defineCreate(group, run);
    group
      .command('show <name>')
      .description('show a queue’s query, its progress and the faces that come next')
      .option('--faces <number>', 'how many faces', whole(0, 2000), SHOWN)
      .action((name: string, { faces }: { faces: number }) => run((session) => show(session, name, faces)));
    group
      .command('refill <name>')
      .description('ask the query again and append the faces that are new to the queue')
      .action((name: string) => run((session) => refill(session, name)));
    group
      .command('delete <name>')
      .description('delete a queue with its progress; faces and labels stay')
      .action((name: string) => run((session) => remove(session, name)));
  },
} as const satisfies Command;

function defineCreate(group: Parser, run: Run): void {
  group
    .command('create <name>')
    .description('save a query and an order as a queue')
    .requiredOption('--dataset <name>', 'the dataset')
    .requiredOption('--order <name>', 'the order; an unknown one lists them all')
    .option('--split <splits>', 'train, valid, test, none or all (may be repeated)', collectSplits)
    .option('--model <name>', 'beside the newest run of this model over the split')
    .option('--run <number>', 'beside this run', whole(1, Number.MAX_SAFE_INTEGER))
    .option('--label <classes>', 'only faces that the crowd gives one of these classes', list)
    .option('--predicted <classes>', 'only faces that the model gives one of these classes', list)
    .option('--wrong', 'only faces where model and crowd disagree')
    .option('--measure <name=from..to>', 'only faces whose measure is in this range (may be repeated)', collectRanges)
    .option('--balanced', 'take the classes in turn')
    .option('--limit <faces>', 'at most so many faces', whole(1, 100_000))
    .option('--seed <number>', 'of a random order', whole(0, 2 ** 32 - 1), 0)
    .action((name: string, options: CreateOptions) => run((session) => create(session, name, options)));
}

function collectRanges(
  value: string,
  before: Readonly<Record<string, [number, number]>> | undefined,
): Record<string, [number, number]> {
  const [, name, low, high] = /^(\w+)=(-?[\d.]+)\.\.(-?[\d.]+)$/.exec(value) ?? [];
  const range: [number, number] = [Number(low), Number(high)];
  if (name === undefined || range.some(Number.isNaN)) {
    throw new InvalidArgumentError('It should read for example mistakenness=0.8..1.');
  }
  return { ...before, [name]: range };
}

async function create({ client }: Session, name: string, options: CreateOptions): Promise<Outcome> {
  const dataset = await client.datasets.find({ name: options.dataset });
  const queue = await client.queues.create({
    name,
    datasetId: dataset.id,
    runId: await runOf(client, dataset, options),
    filter: filterOf(dataset, options),
    order: options.order,
    seed: options.seed,
    balanced: options.balanced === true,
    limit: options.limit ?? null,
  });
  return {
    document: queue,
    text: `The queue “${queue.name}” holds ${count(queue.total)} faces, ${orderWords(queue)}.`,
  };
}

async function runOf(client: Session['client'], dataset: Dataset, options: CreateOptions): Promise<number | null> {
  if (options.model === undefined && options.run === undefined) return null;
  const split = options.split?.[0] ?? dataset.splits[0]?.split ?? 'none';
  const runs = await client.runs.list({ datasetId: dataset.id });
  const { model, run } = options;
  const choice = {
    dataset: dataset.name,
    split,
    ...(run === undefined ? {} : { run }),
    ...(model === undefined ? {} : { model }),
  };
  return chooseRun(runs, choice).id;
}

function filterOf(dataset: Dataset, options: CreateOptions): SampleFilter {
  const names = dataset.classes.map(({ name }) => name);
  const indices = (wanted: readonly string[]): number[] =>
    wanted.map((name) => {
      const index = names.indexOf(name);
      if (index === -1) throw new UsageError(`“${dataset.name}” has no class “${name}”.`, { names });
      return index;
    });
  return {
    ...(options.split === undefined ? {} : { splits: [...options.split] }),
    ...(options.label === undefined ? {} : { labels: indices(options.label) }),
    ...(options.predicted === undefined ? {} : { predicted: indices(options.predicted) }),
    ...(options.wrong === true ? { agreement: ['wrong' as const] } : {}),
    ...(options.measure === undefined ? {} : { measures: { ...options.measure } }),
  };
}

async function listAll({ client }: Session, dataset: string | undefined): Promise<Outcome> {
  const datasetId = dataset === undefined ? null : (await client.datasets.find({ name: dataset })).id;
  const found = await client.queues.list({ datasetId });
  const text = table(
    [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'DATASET', cell: (queue) => queue.dataset },
      { title: 'ORDER', cell: orderWords },
      { title: 'DONE', align: 'right', cell: ({ done }) => count(done) },
      { title: 'SKIPPED', align: 'right', cell: ({ skipped }) => count(skipped) },
      { title: 'LEFT', align: 'right', cell: ({ remaining }) => count(remaining) },
      { title: 'CREATED', cell: ({ createdAt }) => when(createdAt) },
    ],
    found,
    'There is no review queue. Make one with: queues create NAME --dataset NAME --order most-ambiguous',
  );
  return { document: found, text };
}

async function show({ client }: Session, name: string, faces: number): Promise<Outcome> {
  const queue = await client.queues.find({ name });
  const dataset = await client.datasets.get({ id: queue.datasetId });
  const items =
    faces === 0 ? [] : (await client.queues.items({ id: queue.id, offset: queue.position, limit: faces })).items;
  const facts = pairs([
    ['queue', queue.name],
    ['faces of', `${queue.dataset}${queue.model === null ? '' : `, beside ${queue.model} (run ${queue.runId})`}`],
    ['filter', JSON.stringify(shortened(queue.filter))],
    ['order', orderWords(queue)],
    ['done', `${count(queue.done)} of ${count(queue.total)}`],
    ['skipped', count(queue.skipped)],
    ['left', `${count(queue.remaining)}${queue.changed > 0 ? `, ${count(queue.changed)} of them changed since` : ''}`],
    ['created', when(queue.createdAt)],
  ]);
  const rows = table(
    [
      { title: '#', align: 'right', cell: ({ position }) => String(position + 1) },
      { title: 'FACE', cell: ({ tile }) => tile.key },
      { title: 'LABEL', cell: ({ tile }) => (tile.label === null ? '–' : dataset.classes[tile.label]!.name) },
      { title: queue.scoreLabel.toUpperCase(), align: 'right', cell: ({ score }) => String(Number(score.toFixed(4))) },
      { title: 'STATUS', cell: ({ status, changed }) => (changed ? 'changed' : status) },
    ],
    items,
    'No face comes next.',
  );
  return { document: { ...queue, items }, text: `${facts}\n\n${rows}` };
}

async function refill({ client }: Session, name: string): Promise<Outcome> {
  const { id } = await client.queues.find({ name });
  const { queue, added } = await client.queues.refill({ id });
  return {
    document: { ...queue, added },
    text: `${count(added)} faces were added; ${count(queue.remaining)} are left.`,
  };
}

async function remove({ client }: Session, name: string): Promise<Outcome> {
  const queue = await client.queues.find({ name });
  await client.queues.remove({ id: queue.id });
  return { document: { deleted: queue.name, total: queue.total }, text: `The queue “${queue.name}” was deleted.` };
}

const shortened = (filter: SampleFilter): object =>
  filter.ids === undefined ? filter : { ...filter, ids: `${count(filter.ids.length)} faces` };

const orderWords = (queue: Queue): string => `${queue.orderLabel.toLowerCase()}${queue.balanced ? ', balanced' : ''}`;
