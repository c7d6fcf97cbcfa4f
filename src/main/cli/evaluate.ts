import type { Evaluation } from '../../shared/contract/analysis.ts';
import type { Run } from '../../shared/contract/runs.ts';
import type { Split } from '../../shared/entities.ts';
import { NotFoundError, UsageError } from '../../shared/errors.ts';
import { agreementOf } from './agreement.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { count, percent } from './terminal/format.ts';
import { collectSplits, whole } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

/** Which run, and of which split of it. */
export interface RunChoice {
  readonly dataset: string;
  readonly split: Split;
  readonly model?: string;
  readonly run?: number;
}

interface Options extends Omit<RunChoice, 'split'> {
  readonly split?: readonly Split[];
  readonly protocol: string;
  readonly labels: string;
  readonly agreement?: boolean;
}

/** Scores a run against the votes, or the votes against each other. */
export const evaluate = {
  name: 'evaluate',
  define: (program, run) =>
    void program
      .command('evaluate')
      .description('score a run against the votes: accuracy, macro-F1, confusion matrix; or the votes among themselves')
      .requiredOption('--dataset <name>', 'the dataset')
      .option('--split <split>', 'train, valid, test or none; with --agreement several, by default all', collectSplits)
      .option('--model <name>', 'score the newest run of this model over that split')
      .option('--run <number>', 'score this run', whole(1, Number.MAX_SAFE_INTEGER))
      .option('--protocol <name>', 'which faces count, and their targets', 'majority')
      .option('--labels <version>', 'the truth: current, crowd (the votes as imported) or a label version', 'current')
      .option('--agreement', 'how far the crowd agrees with itself: Fleiss κ and Krippendorff α; needs no run')
      .action((options: Options) =>
        run((session) =>
          options.agreement === true ? agreementOf(session, options) : evaluateSplit(session, options),
        ),
      ),
} as const satisfies Command;

async function evaluateSplit(session: Session, options: Options): Promise<Outcome> {
  const { client } = session;
  const [split, ...more] = options.split ?? [];
  if (split === undefined || more.length > 0) {
    throw new UsageError('Name one --split to score.', { field: 'split', remedy: 'Add for example --split valid.' });
  }
  const dataset = await client.datasets.find({ name: options.dataset });
  const runs = await client.runs.list({ datasetId: dataset.id });
  const run = chooseRun(runs, { ...options, split });
  const { protocol, labels } = options;
  const evaluation = await client.analysis.evaluate({ runId: run.id, split, protocol, labels });
  return { document: evaluation, text: describeEvaluation(evaluation) };
}

/** The run asked for by number, or the model's newest over that split, a complete one before others. */
export function chooseRun(runs: readonly Run[], options: RunChoice): Run {
  if ((options.run === undefined) === (options.model === undefined)) {
    throw new UsageError('Name either a --model or a --run.');
  }
  const fitting = runs.filter((run) =>
    options.run === undefined
      ? run.modelName === options.model && run.splits.includes(options.split)
      : run.id === options.run,
  );
  const chosen = fitting.find((run) => run.complete) ?? fitting[0];
  if (chosen !== undefined) return chosen;
  const wanted = options.run === undefined ? `of ${options.model} over its ${options.split} split` : `${options.run}`;
  throw new NotFoundError(`“${options.dataset}” has no run ${wanted}.`, {
    remedy: `Make one with: predict --dataset ${options.dataset} --split ${options.split} --model NAME`,
  });
}

/** An evaluation in words: what was scored, the figures, the classes and the confusion matrix. */
export function describeEvaluation(evaluation: Evaluation): string {
  const { classes, confusion } = evaluation;
  const facts = pairs([
    ['model', `${evaluation.model} (run ${evaluation.runId}, ${evaluation.provider})`],
    ['faces', `${evaluation.dataset}, ${evaluation.split}, protocol ${evaluation.protocol}`],
    ['votes from', evaluation.voteFiles.join(', ')],
    ['labels', evaluation.labels],
    ['accuracy', percent(evaluation.accuracy)],
    ['macro-F1', percent(evaluation.macroF1)],
    ['ECE', percent(evaluation.ece)],
    [
      'support',
      `${count(evaluation.support)} (dropped ${count(evaluation.dropped)}, not predicted ${count(evaluation.unpredicted)}, relabelled ${count(evaluation.relabelled)})`,
    ],
  ]);
  const perClass = table(
    [
      { title: 'CLASS', cell: (entry) => entry.name },
      { title: 'PRECISION', align: 'right', cell: (entry) => percent(entry.precision) },
      { title: 'RECALL', align: 'right', cell: (entry) => percent(entry.recall) },
      { title: 'F1', align: 'right', cell: (entry) => percent(entry.f1) },
      { title: 'SUPPORT', align: 'right', cell: (entry) => count(entry.support) },
    ],
    evaluation.perClass,
    'There are no classes.',
  );
  const matrix = table(
    [
      {
        title: 'VOTED \\ PREDICTED',
        cell: (row: { readonly name: string; readonly counts: readonly number[] }) => row.name,
      },
      ...classes.map((name, index) => ({
        title: name,
        align: 'right' as const,
        cell: ({ counts }: { readonly counts: readonly number[] }) => count(counts[index]!),
      })),
    ],
    confusion.map((counts, index) => ({ name: classes[index]!, counts })),
    '',
  );
  return `${facts}\n\n${perClass}\n\n${matrix}`;
}
