import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ImportReport, importReportSchema } from '../../shared/contract/imports.ts';
import { NotFoundError, UsageError } from '../../shared/errors.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { followJob } from './terminal/follow-job.ts';
import { count } from './terminal/format.ts';
import { collectPairs } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

interface Options {
  readonly name?: string;
  readonly map?: Readonly<Record<string, string>>;
}

const GUESS = 'auto';

/** Reads a dataset into the library. */
export const importCommand = {
  name: 'import',
  define: (program, run) =>
    void program
      .command('import')
      .description('read a dataset into the library; KIND is “auto” to guess it')
      .argument('<kind>', 'ferplus, rafdb, class-folders … or auto')
      .argument('<paths...>', 'the folders and files to read')
      .option('--name <name>', 'the dataset’s name (default: suggested by what is read)')
      .option('--map <name=class>', 'read a class of the source as this one (may be repeated)', collectPairs)
      .action((kind: string, paths: readonly string[], options: Options) =>
        run((session) => importPaths(session, kind, paths, options)),
      ),
} as const satisfies Command;

async function importPaths(
  session: Session,
  kindName: string,
  given: readonly string[],
  { name, map = {} }: Options,
): Promise<Outcome> {
  const kind = await knownKind(session, kindName);
  const source = { paths: given.map(existing), kind, classMap: map };
  const report = await importDataset(session, source, name ?? null);
  return { document: report, text: describeReport(report) };
}

interface Source {
  readonly paths: string[];
  readonly kind: string | null;
  readonly classMap: Record<string, string>;
}

/** Imports a source under `name`, or under the name its preview suggests, and returns the report. */
export async function importDataset(session: Session, source: Source, name: string | null): Promise<ImportReport> {
  const { client } = session;
  const finalName = name ?? (await client.imports.preview(source)).suggestedName;
  const job = await followJob(session, () => client.imports.start({ ...source, name: finalName }));
  return importReportSchema.parse(job.result);
}

async function knownKind({ client }: Session, name: string): Promise<string | null> {
  if (name === GUESS) return null;
  const kinds = (await client.imports.kinds()).map((kind) => kind.name);
  if (kinds.includes(name)) return name;
  throw new UsageError(`“${name}” is no kind of dataset.`, {
    names: [...kinds, GUESS],
    remedy: 'Write: import KIND PATH…',
  });
}

function existing(path: string): string {
  const file = resolve(path);
  if (existsSync(file)) return file;
  throw new NotFoundError(`There is nothing at ${file}.`, { file, remedy: 'Check the path.' });
}

function describeReport(report: ImportReport): string {
  const perSplit = Object.entries(report.splits).map(([split, faces]) => `${split} ${count(faces)}`);
  const same = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([where, faces]) => `${where} ${count(faces)}`)
      .join(', ') || 'none';
  const summary = pairs([
    ['dataset', `${report.dataset} (${report.kind})`],
    ['rows read', count(report.rowsRead)],
    ['imported', `${count(report.imported)}${perSplit.length === 0 ? '' : ` (${perSplit.join(', ')})`}`],
    ['already present', count(report.alreadyPresent)],
    ['same pixels within', same(report.identicalPixels.withinSplits)],
    ['same pixels across', same(report.identicalPixels.acrossSplits)],
    ['seconds', report.seconds.toFixed(1)],
  ]);
  const skips = table(
    [
      { title: 'SKIPPED', cell: (skip) => skip.reason },
      { title: 'COUNT', align: 'right', cell: (skip) => count(skip.count) },
      {
        title: 'FIRST',
        cell: ({ first: [row] }) => (row === undefined ? '' : `${row.what} (line ${row.line ?? '–'})`),
      },
    ],
    report.skips,
    'Nothing was skipped.',
  );
  return `${summary}\n\n${skips}`;
}
