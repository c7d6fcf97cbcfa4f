import { resolve } from 'node:path';
import { Command as Parser } from 'commander';
import { UsageError } from '../../../shared/errors.ts';
import { defaultLibraryFile } from '../../library/db.ts';
import type { Command, Outcome, Run, Session } from './command.ts';
import { DONE, exitCodeOf, explain, FAILED, recordOf } from './failures.ts';
import { openSession } from './open-session.ts';
import { createScreen } from './screen.ts';

/** The parts of a process that the program touches. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Aborts at Ctrl-C. */
  readonly interrupted: AbortSignal;
  readonly version: string;
}

/**
 * Runs one command line (`words`, without the program's own name) and resolves to its exit code: 0 done, 1 failed,
 * 2 wrong usage. With `--json` stdout gets exactly one JSON document, errors included; the rest goes to stderr.
 */
export async function runProgram(
  commands: readonly Command[],
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const json = words.includes('--json');
  const screen = createScreen(terminal.stderr);
  const print = (outcome: Pick<Outcome, 'document' | 'text'>): void => {
    terminal.stdout.write(`${json ? JSON.stringify(outcome.document, null, 2) : outcome.text}\n`);
  };
  const parser = newParser(terminal, json);
  let code = DONE;

  const run: Run = async (work, options = {}) => {
    const named = parser.opts<{ library?: string }>().library;
    const libraryFile = options.libraryFile ?? (named === undefined ? defaultLibraryFile() : resolve(named));
    const opened = await openSession(libraryFile, options.host ?? 'cli', terminal.version);
    const session: Session = { ...opened, ...screen, interrupted: terminal.interrupted };
    try {
      const outcome = await work(session);
      screen.progress('');
      print(outcome);
      if (outcome.failed === true) code = FAILED;
      await outcome.until;
    } finally {
      await opened.backend.close();
    }
  };
  for (const command of commands) command.define(parser, run);

  try {
    await parser.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    const { code: reason } = error as { code?: unknown };
    if (reason === 'commander.helpDisplayed' || reason === 'commander.version') return DONE;
    screen.progress('');
    const record = recordOf(error);
    if (json) print({ document: { error: record }, text: '' });
    else screen.say(explain(record));
    return exitCodeOf(record);
  }
}

function newParser(terminal: Terminal, json: boolean): Parser {
  return new Parser('countenance')
    .description('A workbench for facial-expression datasets whose labels are votes.')
    .version(terminal.version)
    .option('--library <file>', 'the library to work on (default: in this machine’s data folder)')
    .option('--json', 'print one JSON document on stdout and nothing else there')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(json ? `${JSON.stringify({ help: text.trimEnd() })}\n` : text),
      // An error is said once, by `runProgram`.
      writeErr: () => {},
    })
    .showHelpAfterError(false)
    .action(() => {
      throw new UsageError('Name a command.', { remedy: 'Add --help to see them all.' });
    });
}
