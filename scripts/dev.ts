import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PROJECT } from './build-state.ts';
import { commandOf } from './run.ts';

const PAGE = join(PROJECT, 'out/renderer/index.html');
const LOOK_EVERY_MS = 100;

/** Builds the screens again at every change and serves them; reload the page to see a change. */
async function develop(words: readonly string[]): Promise<void> {
  const begun = Date.now();
  const builder = start([commandOf('vite'), 'build', '--watch', '--logLevel', 'warn']);
  while (builder.exitCode === null && changedAt(PAGE) < begun) await pause(LOOK_EVERY_MS);
  if (builder.exitCode !== null) {
    process.exitCode = builder.exitCode;
    return;
  }
  const server = start(['src/main/cli/main.ts', ...words, 'serve']);
  process.on('SIGINT', () => {});
  process.exitCode = await new Promise<number>((resolve) => server.once('close', (code) => resolve(code ?? 1)));
  builder.kill();
}

const start = (words: readonly string[]): ChildProcess =>
  spawn(process.execPath, [...words], { cwd: PROJECT, stdio: 'inherit' });

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

await develop(process.argv.slice(2));
