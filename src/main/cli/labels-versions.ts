import type { Command as Parser } from 'commander';
import type { LabelComparison, LabelVersion } from '../../shared/contract/label-versions.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { count, percent, when } from './terminal/format.ts';
import { whole } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

const SHOWN = 20;

interface OfDataset {
  readonly dataset: string;
}

/** `labels versions`: named snapshots of a dataset's labels. */
export function defineVersions(group: Parser, run: Run): void {
  const versions = group.command('versions').description('named snapshots of a dataset’s labels');
  versions
    .command('list', { isDefault: true })
    .description('list them')
    .requiredOption('--dataset <name>', 'the dataset')
    .action((options: OfDataset) => run((session) => list(session, options)));
  versions
    .command('save')
    .description('keep the labels as they are now under a name')
    .argument('<name>', 'the version’s name')
    .requiredOption('--dataset <name>', 'the dataset')
    .option('--note <text>', 'what it is', '')
    .action((name: string, options: OfDataset & { readonly note: string }) =>
      run((session) => save(session, name, options)),
    );
  versions
    .command('compare')
    .description('what changed from one version to another, the confusion between them, agreement and κ')
    .argument('<from>', 'a version, crowd or current')
    .argument('<to>', 'another one')
    .requiredOption('--dataset <name>', 'the dataset')
    .option('--first <faces>', 'how many changed faces are listed', whole(0, 5000), SHOWN)
    .action((from: string, to: string, options: OfDataset & { readonly first: number }) =>
      run((session) => compare(session, from, to, options)),
    );
  versions
    .command('restore')
    .description('make the labels those of a version again, as events that can be undone')
    .argument('<name>', 'the version, or crowd for the votes as imported')
    .requiredOption('--dataset <name>', 'the dataset')
    .action((name: string, options: OfDataset) => run((session) => restore(session, name, options)));
  versions
    .command('remove')
    .description('forget a version; the labels stay as they are')
    .argument('<name>', 'the version')
    .requiredOption('--dataset <name>', 'the dataset')
    .action((name: string, options: OfDataset) => run((session) => remove(session, name, options)));
}

const idOf = async ({ client }: Session, name: string): Promise<number> => (await client.datasets.find({ name })).id;

async function list(session: Session, { dataset }: OfDataset): Promise<Outcome> {
  const found = await session.client.labelVersions.list({ datasetId: await idOf(session, dataset) });
  return { document: found, text: describeVersions(found) };
}

const describeVersions = (versions: readonly LabelVersion[]): string =>
  table(
    [
      { title: 'NAME', cell: (version) => version.name },
      { title: 'FACES', align: 'right', cell: (version) => count(version.faces) },
      { title: 'OF', cell: (version) => version.source },
      { title: 'BY', cell: (version) => version.annotator },
      { title: 'MADE', cell: (version) => when(version.createdAt) },
      { title: 'NOTE', cell: (version) => version.note },
    ],
    versions,
    'There are no label versions. Keep the labels as they are with: labels versions save NAME --dataset NAME',
  );

async function save(session: Session, name: string, options: OfDataset & { readonly note: string }): Promise<Outcome> {
  const datasetId = await idOf(session, options.dataset);
  const version = await session.client.labelVersions.save({ datasetId, name, note: options.note });
  return { document: version, text: describeVersions([version]) };
}

async function compare(
  session: Session,
  from: string,
  to: string,
  { dataset, first }: OfDataset & { readonly first: number },
): Promise<Outcome> {
  const datasetId = await idOf(session, dataset);
  const found = await session.client.labelVersions.compare({ datasetId, from, to, first });
  return { document: found, text: describeComparison(found) };
}

function describeComparison(found: LabelComparison): string {
  const { classes, confusion, changed } = found;
  const facts = pairs([
    ['dataset', found.dataset],
    ['versions', `${found.from} → ${found.to}`],
    ['changed', count(changed.count)],
    ['agreement', `${percent(found.agreement)} of ${count(found.both)} faces with a label in both`],
    ['Cohen’s κ', found.kappa === null ? '–' : found.kappa.toFixed(4)],
    ['only in one', `${found.from} ${count(found.onlyFrom)}, ${found.to} ${count(found.onlyTo)}`],
  ]);
  const matrix = table(
    [
      { title: `${found.from} \\ ${found.to}`, cell: (row: { name: string; counts: readonly number[] }) => row.name },
      ...classes.map((name, index) => ({
        title: name,
        align: 'right' as const,
        cell: ({ counts }: { readonly counts: readonly number[] }) => count(counts[index]!),
      })),
    ],
    confusion.map((counts, index) => ({ name: classes[index]!, counts })),
    '',
  );
  const faces = table(
    [
      { title: 'FACE', cell: (face) => face.key },
      { title: 'SPLIT', cell: (face) => face.split },
      { title: found.from.toUpperCase(), cell: (face) => face.before ?? '–' },
      { title: found.to.toUpperCase(), cell: (face) => face.after ?? '–' },
    ],
    changed.first,
    'No label differs.',
  );
  return `${facts}\n\n${matrix}\n\n${faces}`;
}

async function restore(session: Session, name: string, { dataset }: OfDataset): Promise<Outcome> {
  const datasetId = await idOf(session, dataset);
  const outcome = await session.client.labelVersions.restore({ datasetId, name });
  const text = `The labels are those of “${name}” again: ${count(outcome.faces)} faces, ${count(outcome.events)} events.`;
  return { document: { restored: name, ...outcome }, text };
}

async function remove(session: Session, name: string, { dataset }: OfDataset): Promise<Outcome> {
  const datasetId = await idOf(session, dataset);
  await session.client.labelVersions.remove({ datasetId, name });
  return { document: { removed: name }, text: `The version “${name}” is forgotten.` };
}
