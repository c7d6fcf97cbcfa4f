import { type ChildProcess, spawn } from 'node:child_process';
import { PROJECT } from './build-state.ts';
import { commandOf, run } from './run.ts';

/** Builds the screens again at every change and serves them; the backend starts anew when its code changes. */
async function develop(words: readonly string[]): Promise<void> {
  const code = await run(commandOf('vite'), ['build', '--logLevel', 'warn']);
  if (code !== 0) {
    process.exitCode = code;
    return;
  }
  const children = [
    start([commandOf('vite'), 'build', '--watch', '--logLevel', 'warn']),
    start(['--watch-path=src/main', '--watch-path=src/shared', 'src/main/cli/main.ts', ...words, 'serve']),
  ];
  process.on('SIGINT', () => {});
  await Promise.race(children.map((child) => new Promise((resolve) => child.once('close', resolve))));
  for (const child of children) child.kill();
}

const start = (words: readonly string[]): ChildProcess =>
  spawn(process.execPath, [...words], { cwd: PROJECT, stdio: 'inherit' });

await develop(process.argv.slice(2));
