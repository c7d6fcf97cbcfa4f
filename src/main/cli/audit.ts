import { Option } from 'commander';
import { ISSUE_RANKS, type LabelIssues } from '../../shared/contract/analysis.ts';
import type { Queue } from '../../shared/contract/queues.ts';
import type { Run } from '../../shared/contract/runs.ts';
import {
  type Dataset,
  type ProviderChoice,
  providerChoiceSchema,
  type Split,
  splitSchema,
} from '../../shared/entities.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { followJob } from './terminal/follow-job.ts';
import { count } from './terminal/format.ts';
import { whole } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

interface Options {
  readonly dataset: string;
  readonly split: Split;
  readonly model: string;
  readonly filter: string;
  readonly rank: (typeof ISSUE_RANKS)[number];
  readonly limit: number;
  readonly provider?: ProviderChoice;
  readonly queue?: string;
}

const SHOWN = 30;
const MOST = 2000;

/** Finds the faces whose labels are likely wrong. */
export const audit = {
  name: 'audit',
  define: (program, run) =>
    void program
      .command('audit')
      .description(
        'find the labels that are likely wrong, by confident learning; predicts first where no run is complete',
      )
      .requiredOption('--dataset <name>', 'the dataset')
      .addOption(new Option('--split <split>', 'the split').choices(splitSchema.options).makeOptionMandatory())
      .requiredOption('--model <name>', 'the model; it should not have been trained on the split')
      .option(
        '--filter <name>',
        'what is an issue: prune-by-noise-rate, prune-by-class, both, confident-joint',
        'prune-by-noise-rate',
      )
      .addOption(
        new Option('--rank <measure>', 'what the issues are ranked by').choices(ISSUE_RANKS).default(ISSUE_RANKS[0]),
      )
      .option('--limit <faces>', 'list at most so many issues', whole(0, MOST), MOST)
      .addOption(
        new Option('--provider <name>', 'what computes (default: the library’s setting)').choices(
          providerChoiceSchema.options,
        ),
      )
      .option('--queue <name>', 'keep all issues as a review queue of this name')
      .action((options: Options) => run((session) => auditSplit(session, options))),
} as const satisfies Command;

async function auditSplit(session: Session, options: Options): Promise<Outcome> {
  const { client } = session;
  const dataset = await client.datasets.find({ name: options.dataset });
  const run = await completeRun(session, dataset, options);
  const request = { runId: run.id, split: options.split, filterBy: options.filter, rankBy: options.rank };
  const found = await client.analysis.labelIssues({ ...request, limit: options.limit });
  const queue = options.queue === undefined ? null : await queueOf(session, dataset, run, request, options.queue);
  return { document: { ...inNames(dataset, found), queue }, text: describe(dataset, found, queue) };
}

/** The model's newest complete run over the split; else one is started, or gone on with, and followed to its end. */
async function completeRun(session: Session, dataset: Dataset, options: Options): Promise<Run> {
  const { client } = session;
  const model = await client.models.find({ name: options.model });
  const list = (): Promise<Run[]> => client.runs.list({ datasetId: dataset.id });
  const covering = (await list()).find(
    (run) => run.modelId === model.id && run.splits.includes(options.split) && run.complete,
  );
  if (covering !== undefined) return covering;
  const { provider } = await client.system.settings();
  const job = await followJob(session, () =>
    client.runs.start({
      datasetId: dataset.id,
      modelId: model.id,
      splits: [options.split],
      provider: options.provider ?? provider,
      batchSize: null,
      again: false,
    }),
  );
  return (await list()).find(({ id }) => id === job.runId)!;
}

async function queueOf(
  { client }: Session,
  dataset: Dataset,
  run: Run,
  request: {
    readonly runId: number;
    readonly split: Split;
    readonly filterBy: string;
    readonly rankBy: Options['rank'];
  },
  name: string,
): Promise<Queue> {
  const ids: number[] = [];
  for (;;) {
    const { issues, found } = await client.analysis.labelIssues({ ...request, offset: ids.length, limit: MOST });
    ids.push(...issues.map(({ tile }) => tile.id));
    if (ids.length >= found || issues.length === 0) break;
  }
  return client.queues.create({
    name,
    datasetId: dataset.id,
    runId: run.id,
    filter: { splits: [request.split], ids },
    order: 'as-listed',
  });
}

/** The findings with classes by their names and measures by theirs, for programs. */
function inNames(dataset: Dataset, found: LabelIssues) {
  const name = (index: number): string => dataset.classes[index]!.name;
  return {
    ...found,
    issues: found.issues.map(({ tile, label, suggested, measures, ...issue }) => ({
      ...issue,
      sampleId: tile.id,
      key: tile.key,
      label: name(label),
      suggested: name(suggested),
      confidence: tile.confidence,
      votes: tile.votes,
      measures: Object.fromEntries(measures.map((measure) => [measure.name, measure.value])),
    })),
  };
}

function describe(dataset: Dataset, found: LabelIssues, queue: Queue | null): string {
  const facts = pairs([
    ['model', `${found.model} (run ${found.runId}, ${found.provider})`],
    ['faces', `${found.dataset}, ${found.split}: ${count(found.faces)}`],
    ['left out', `${count(found.notComparable)} not comparable, ${count(found.unpredicted)} not predicted`],
    ['votes from', found.voteFiles.join(', ')],
    ['estimated issues', count(found.estimatedIssues)],
    ['found', `${count(found.found)} by ${found.filterBy}, ranked by ${found.rankBy}`],
    ...(queue === null ? [] : [['queue', `“${queue.name}”, ${count(queue.total)} faces`] as const]),
  ]);
  const number = (value: number | null | undefined): string => (typeof value === 'number' ? value.toFixed(3) : '–');
  const rows = table(
    [
      { title: '#', align: 'right', cell: ({ rank }) => String(rank) },
      { title: 'FACE', cell: ({ tile }) => tile.key },
      { title: 'LABEL', cell: ({ label }) => dataset.classes[label]!.name },
      { title: 'MODEL', cell: ({ suggested }) => dataset.classes[suggested]!.name },
      ...found.issues.slice(0, 1).flatMap(({ measures }) =>
        measures.map(({ name }, index) => ({
          title: name,
          align: 'right' as const,
          cell: (issue: LabelIssues['issues'][number]) => number(issue.measures[index]?.value),
        })),
      ),
    ],
    found.issues.slice(0, SHOWN),
    'No label is likely wrong.',
  );
  const more = found.found > SHOWN ? `\n… and ${count(found.found - SHOWN)} more` : '';
  return `${facts}\n\n${rows}${more}`;
}
