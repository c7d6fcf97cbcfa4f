import type { Dataset } from '../../shared/entities.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { count, when } from './terminal/format.ts';
import { pairs, table } from './terminal/table.ts';

/** Lists, shows, renames and removes datasets. */
export const datasets = {
  name: 'datasets',
  define(program, run) {
    const group = program.command('datasets').description('list the datasets, or show, rename and remove one');
    group
      .command('list', { isDefault: true })
      .description('list the datasets')
      .action(() => run(listAll));
    group
      .command('show <name>')
      .description('show a dataset’s classes and splits')
      .action((name: string) => run((session) => show(session, name)));
    group
      .command('rename <name> <new-name>')
      .description('give a dataset another name')
      .action((name: string, newName: string) => run((session) => rename(session, name, newName)));
    group
      .command('remove <name>')
      .description('remove a dataset with its faces and runs')
      .action((name: string) => run((session) => remove(session, name)));
  },
} as const satisfies Command;

async function listAll({ client }: Session): Promise<Outcome> {
  const found = await client.datasets.list();
  const text = table(
    [
      { title: 'NAME', cell: (dataset) => dataset.name },
      { title: 'KIND', cell: (dataset) => dataset.kind },
      { title: 'FACES', align: 'right', cell: (dataset) => count(dataset.samples) },
      { title: 'SPLITS', cell: describeSplits },
      { title: 'IMPORTED', cell: (dataset) => when(dataset.createdAt) },
    ],
    found,
    'There is no dataset yet. Read one in with: import auto PATH',
  );
  return { document: found, text };
}

async function show({ client }: Session, name: string): Promise<Outcome> {
  const dataset = await client.datasets.find({ name });
  const facts = pairs([
    ['name', dataset.name],
    ['kind', dataset.kind],
    ['faces', count(dataset.samples)],
    ['without votes', count(dataset.unlabelled)],
    ['votes from', dataset.voteFiles.join(', ')],
    ['imported', when(dataset.createdAt)],
  ]);
  const classes = table(
    [
      { title: 'CLASS', cell: ({ index }) => dataset.classes[index]!.name },
      ...dataset.splits.map(({ split, classCounts }) => ({
        title: split.toUpperCase(),
        align: 'right' as const,
        cell: ({ index }: { readonly index: number }) => count(classCounts[index]!),
      })),
      { title: 'ALL', align: 'right', cell: ({ index }) => count(dataset.classCounts[index]!) },
    ],
    dataset.classes.map((_, index) => ({ index })),
    'It has no classes.',
  );
  return { document: dataset, text: `${facts}\n\n${classes}` };
}

async function rename({ client }: Session, name: string, newName: string): Promise<Outcome> {
  const { id } = await client.datasets.find({ name });
  const dataset = await client.datasets.rename({ id, name: newName });
  return { document: dataset, text: `“${name}” is now named “${dataset.name}”.` };
}

async function remove({ client }: Session, name: string): Promise<Outcome> {
  const { id } = await client.datasets.find({ name });
  const { samples } = await client.datasets.remove({ id });
  return { document: { removed: name, samples }, text: `“${name}” was removed with its ${count(samples)} faces.` };
}

const describeSplits = ({ splits }: Dataset): string =>
  splits.map(({ split, count: faces }) => `${split} ${count(faces)}`).join(', ');
