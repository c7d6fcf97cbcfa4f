import { spawn } from 'node:child_process';
import { isBuildStale, PROJECT } from './build-state.ts';
import { findElectron } from './electron-binary.ts';
import { commandOf, run } from './run.ts';

/** Starts the app: in Electron where its program can be had, otherwise served to the browser. */
async function start(words: readonly string[]): Promise<number> {
  if (isBuildStale()) {
    const code = await run(commandOf('electron-vite'), ['build', '--logLevel', 'warn']);
    if (code !== 0) return code;
  }
  const electron = await findElectron();
  if (electron.path !== null) {
    process.stdout.write('Starting the desktop app (Electron).\n');
    return runElectron(electron.path, words);
  }
  process.stdout.write(`Serving the app to your browser instead of Electron: ${electron.why}.\n`);
  return run('src/main/cli/main.ts', [...libraryWords(words), 'serve']);
}

/** `--library FILE` and `--library=FILE` are understood by both hosts. */
function libraryWords(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => word === '--library' || word.startsWith('--library='));
  if (at === -1) return [];
  return words[at] === '--library' ? words.slice(at, at + 2) : [words[at]!];
}

function runElectron(path: string, words: readonly string[]): Promise<number> {
  const library = libraryWords(words);
  const flags = library.length === 2 ? [`--library=${library[1]}`] : library;
  return new Promise((resolve, reject) => {
    const child = spawn(path, [PROJECT, ...flags], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

process.on('SIGINT', () => {});
process.exitCode = await start(process.argv.slice(2));
