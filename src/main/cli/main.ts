import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from './index.ts';
import { PROJECT_FOLDER } from './terminal/places.ts';
import { runProgram } from './terminal/program.ts';

const { version } = JSON.parse(readFileSync(join(PROJECT_FOLDER, 'package.json'), 'utf8')) as { version: string };
const interrupt = new AbortController();

function stop(): void {
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort();
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
// A reader that closes early, as `| head` does, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const code = await runProgram(COMMANDS, process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interrupt.signal,
  version,
});
process.stdout.write('', () => process.exit(code));
