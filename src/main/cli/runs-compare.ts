import { Option, type Command as Parser } from 'commander';
import type { Comparison } from '../../shared/contract/comparisons.ts';
import type { Training, TrainingEpoch } from '../../shared/contract/trainings.ts';
import { SPLITS, type Split } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { describeComparison } from './terminal/comparison-words.ts';
import { followJob } from './terminal/follow-job.ts';
import { duration, percent } from './terminal/format.ts';
import { whole } from './terminal/options.ts';
import { table } from './terminal/table.ts';

interface Options {
  readonly faces?: boolean;
  readonly predictions?: boolean;
  readonly split: Split;
  readonly protocol: string;
}

interface Compared {
  readonly training: Training;
  readonly epochs: readonly TrainingEpoch[];
}

const runNumber = whole(1, Number.MAX_SAFE_INTEGER);

/** `runs compare`: training runs beside each other, one run beside the model before it, or two runs of predictions. */
export const defineCompare = (group: Parser, run: Run): void =>
  void group
    .command('compare <numbers...>')
    .description('runs beside each other, or one beside the model before it: settings, figures, faces that changed')
    .option('--faces', 'list the faces that changed; what has not been predicted for it yet is predicted first')
    .option('--predictions', 'the numbers are two runs of `predict`, not of training')
    .addOption(new Option('--split <split>', 'with --predictions: of which faces').choices(SPLITS).default('valid'))
    .option('--protocol <name>', 'with --predictions: which faces count, and their targets', 'majority')
    .action((words: readonly string[], options: Options) =>
      run((session) => {
        const ids = words.map(runNumber);
        return options.predictions === true
          ? comparePredicted(session, ids, options)
          : compareTrained(session, ids, options);
      }),
    );

async function comparePredicted({ client }: Session, ids: readonly number[], options: Options): Promise<Outcome> {
  const [before, after, ...more] = ids;
  if (before === undefined || after === undefined || more.length > 0) {
    throw new UsageError('Name two runs of predictions.', { remedy: '`evaluate` scores one.' });
  }
  const { split, protocol, faces = false } = options;
  const comparison = await client.comparisons.ofRuns({ before, after, split, protocol });
  return { document: documentOf(comparison, faces), text: describeComparison(comparison, faces) };
}

async function compareTrained(session: Session, ids: readonly number[], options: Options): Promise<Outcome> {
  const { client } = session;
  const { faces = false } = options;
  const found: readonly Compared[] = await Promise.all(
    ids.map((id) => client.trainings.get({ id, afterStep: Number.MAX_SAFE_INTEGER })),
  );
  if (faces) await predictMissing(session, ids);
  const comparison = await comparisonBetween(session, ids);
  const settings = differences(found.map(({ training }) => training.config));
  const document = { runs: found, differences: settings, comparison: comparison && documentOf(comparison, faces) };
  const words =
    comparison !== null
      ? describeComparison(comparison, faces)
      : ids.length > 2
        ? ''
        : 'Which faces changed is not known yet: add --faces to have them predicted.';
  const text = [settingsTable(found, settings), words].filter((part) => part !== '').join('\n\n');
  return { document, text };
}

/** The faces are only in the document where they are asked for; the counts always are. */
function documentOf({ changedFaces, ...comparison }: Comparison, faces: boolean): unknown {
  return faces ? { ...comparison, changedFaces } : comparison;
}

async function predictMissing(session: Session, ids: readonly number[]): Promise<void> {
  for (const trainingId of ids) {
    const { comparison } = await session.client.comparisons.ofTraining({ trainingId });
    if (comparison === null) await followJob(session, () => session.client.comparisons.predict({ trainingId }));
  }
}

/** One run beside the model before it, two beside each other; more are not compared face by face. */
async function comparisonBetween({ client }: Session, ids: readonly number[]): Promise<Comparison | null> {
  const [before, after] = ids;
  if (ids.length > 2) return null;
  if (after === undefined) return (await client.comparisons.ofTraining({ trainingId: before! })).comparison;
  return (await client.comparisons.ofTrainings({ before: before!, after })).comparison;
}

type Difference = { readonly setting: string; readonly values: readonly unknown[] };

function settingsTable(found: readonly Compared[], settings: readonly Difference[]): string {
  const rows = [
    ...figureRows(found),
    ...settings.map(({ setting, values }) => [setting, ...values.map((value) => JSON.stringify(value) ?? '–')]),
  ];
  const titles = ['', ...found.map(({ training }) => `${training.id}: ${training.name}`)];
  return table(
    titles.map((title, index) => ({ title, cell: (row: readonly string[]) => row[index]! })),
    rows,
    '',
  );
}

const figureRows = (found: readonly Compared[]): readonly (readonly string[])[] => [
  ['epochs', ...found.map(({ training }) => `${training.epochsDone}`)],
  ['best epoch', ...found.map(({ training }) => `${training.best?.epoch ?? '–'}`)],
  ['accuracy', ...found.map(({ training }) => percent(training.best?.accuracy ?? null))],
  ['macro-F1', ...found.map(({ training }) => percent(training.best?.macroF1 ?? null))],
  ['ECE', ...found.map(({ training }) => percent(training.best?.ece ?? null))],
  ['time', ...found.map(({ training }) => duration(training.seconds))],
];

/** The settings, by their path, that are not the same in all configs. */
function differences(configs: readonly Training['config'][]): readonly Difference[] {
  const flat = configs.map((config) => new Map(leavesOf(config, '')));
  const paths = [...new Set(flat.flatMap((leaves) => [...leaves.keys()]))];
  return paths
    .map((setting) => ({ setting, values: flat.map((leaves) => leaves.get(setting)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

function leavesOf(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, path === '' ? name : `${path}.${name}`));
}
