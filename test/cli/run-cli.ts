import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { COMMANDS } from '../../src/main/cli/index.ts';
import { runProgram } from '../../src/main/cli/terminal/program.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main/cli/main.ts');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The one JSON document that stdout must hold. */
export function document({ stdout }: CliResult): unknown {
  return JSON.parse(stdout);
}

/** Starts the command line as a process of its own, with a library in `folder`. */
export function startCli(
  folder: string,
  words: readonly string[],
): { child: ChildProcess; result: Promise<CliResult> } {
  const env = { ...process.env, COUNTENANCE_DEMO_DATA: '' };
  const child = spawn(process.execPath, [MAIN, '--library', join(folder, 'library.sqlite'), ...words], { env });
  const result = new Promise<CliResult>((done, fail) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
  return { child, result };
}

export const runCli = (folder: string, ...words: readonly string[]): Promise<CliResult> =>
  startCli(folder, words).result;

/** The same in this process, for what needs no process of its own. */
export async function runCliHere(folder: string, ...words: readonly string[]): Promise<CliResult> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said): Writable =>
    new Writable({
      write(text: Buffer, _encoding, done) {
        said[name] += text.toString();
        done();
      },
    });
  const code = await runProgram(COMMANDS, ['--library', join(folder, 'library.sqlite'), ...words], {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    interrupted: new AbortController().signal,
    version: '0.1.0',
  });
  return { code, ...said };
}
