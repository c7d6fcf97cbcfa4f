import { readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import type { Command as Parser } from 'commander';
import type { PriorVersion } from '../../shared/contract/priors.ts';
import { NotFoundError, UsageError } from '../../shared/errors.ts';
import { definePriorMaking, type Keep, keep } from './prior-making.ts';
import { describeComparison, describeHistory, describePrior, describePriors } from './prior-words.ts';
import type { Command, Outcome, Run, Session } from './terminal/command.ts';

/** The priors that PDLS and F-PDLS believe: made, kept in versions, compared, in and out as files. */
export const prior = {
  name: 'prior',
  define(program, run) {
    const group = program.command('prior').description('what the loss believes of each class: make, keep, compare');
    definePriorMaking(group, run);
    defineKept(group, run);
    defineFiles(group, run);
  },
} as const satisfies Command;

/** `NAME` or `NAME@VERSION`. */
function refOf(given: string): { name: string; version: number | null } {
  const [name = '', version] = given.split('@');
  if (version === undefined) return { name, version: null };
  if (/^[1-9]\d*$/.test(version)) return { name, version: Number(version) };
  throw new UsageError(`“${given}” is no version of a prior.`, { field: 'name', remedy: 'Write NAME or NAME@3.' });
}

function defineKept(group: Parser, run: Run): void {
  group
    .command('list', { isDefault: true })
    .description('the priors of the library')
    .action(() =>
      run(async ({ client }) => {
        const found = await client.priors.list();
        return { document: found, text: describePriors(found) };
      }),
    );
  group
    .command('show')
    .description('one of them, its newest version unless NAME@VERSION')
    .argument('<name>', 'the prior')
    .action((name: string) => run(async ({ client }) => shown(await client.priors.get(refOf(name)))));
  group
    .command('history')
    .description('its versions: who made them when, from what, and why')
    .argument('<name>', 'the prior')
    .action((name: string) =>
      run(async ({ client }) => {
        const found = await client.priors.history({ name });
        return { document: found, text: describeHistory(found) };
      }),
    );
  group
    .command('compare')
    .description('what changed from one to another, cell by cell')
    .argument('<from>', 'a prior, or NAME@VERSION')
    .argument('<to>', 'another one')
    .action((from: string, to: string) =>
      run(async ({ client }) => {
        const found = await client.priors.compare({ from: refOf(from), to: refOf(to) });
        return { document: found, text: describeComparison(found) };
      }),
    );
  group
    .command('rename')
    .description('give it another name')
    .argument('<name>', 'the prior')
    .argument('<to>', 'its new name')
    .action((name: string, to: string) =>
      run(async ({ client }) => {
        const found = await client.priors.rename({ name, to });
        return { document: found, text: `“${name}” is called “${to}” now.` };
      }),
    );
  group
    .command('remove')
    .description('forget it with all its versions')
    .argument('<name>', 'the prior')
    .action((name: string) =>
      run(async ({ client }) => {
        const found = await client.priors.remove({ name });
        return { document: found, text: `Forgot “${name}”, versions: ${found.versions}.` };
      }),
    );
}

const shown = (version: PriorVersion): Outcome => ({ document: version, text: describePrior(version) });

interface ImportOptions extends Omit<Keep, 'save'> {
  readonly name?: string;
}

function defineFiles(group: Parser, run: Run): void {
  group
    .command('import')
    .description('keep a prior of a file: JSON {classes, rows}, or CSV with the classes as first row and column')
    .argument('<file>', 'the file')
    .option('--name <name>', 'what it is called (default: the file’s name)')
    .option('--note <text>', 'why', '')
    .option('--update', 'as the next version of a prior that is there')
    .action((file: string, options: ImportOptions) => run((session) => importPrior(session, file, options)));
  group
    .command('export')
    .description('write one as a file; the ending says which kind')
    .argument('<name>', 'the prior, or NAME@VERSION')
    .requiredOption('--out <file>', 'a .json or .csv file')
    .option('--force', 'replace the file if it is there')
    .action((name: string, options: { readonly out: string; readonly force?: boolean }) =>
      run((session) => exportPrior(session, name, options)),
    );
}

async function importPrior(session: Session, given: string, options: ImportOptions): Promise<Outcome> {
  const file = resolve(given);
  const text = readText(file);
  const found = await session.client.priors.read({ file, text });
  const name = options.name ?? basename(file, extname(file));
  return shown(await keep(session, found, { save: name, note: options.note, update: options.update }));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new NotFoundError(`${file} cannot be read: ${(error as Error).message}`, { file });
  }
}

async function exportPrior(
  { client }: Session,
  name: string,
  options: { readonly out: string; readonly force?: boolean },
): Promise<Outcome> {
  const file = resolve(options.out);
  const format = formatOf(file);
  const version = await client.priors.get(refOf(name));
  const { text } = await client.priors.write({ prior: version, format });
  try {
    writeFileSync(file, text, { flag: options.force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError(`${file} exists already.`, { file, remedy: 'Choose another file, or add --force.' });
  }
  const document = { file, format, name: version.name, version: version.version };
  return { document, text: `Wrote ${version.name}@${version.version} to ${file}.` };
}

function formatOf(file: string): 'json' | 'csv' {
  const ending = extname(file).slice(1).toLowerCase();
  if (ending === 'json' || ending === 'csv') return ending;
  throw new UsageError(`${file} ends in neither .json nor .csv.`, { field: 'out', remedy: 'Choose one of the two.' });
}
