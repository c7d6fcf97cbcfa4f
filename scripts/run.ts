import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PROJECT } from './build-state.ts';

/** The program behind a package's command, to be run by this very Node. */
export function commandOf(packageName: string, command = packageName): string {
  const require = createRequire(import.meta.url);
  const manifest = join(PROJECT, 'node_modules', packageName, 'package.json');
  const { bin } = require(manifest) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]!);
}

/** Runs a program by this Node with the terminal as its own, and resolves to its exit code. */
export function run(file: string, words: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...words], { cwd: PROJECT, stdio: 'inherit', env });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
