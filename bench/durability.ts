import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killWhileLabelling } from '../test/support/durability/kill-session.ts';
import { whyNotServed } from '../test/support/durability/served-library.ts';

export const name = 'durability';
export const describe = 'kill -9 of the backend while it labels: labels lost and half-written; arguments: kills, seed';

const KILLS = 200;
const SEED = 20261127;

/** Prints what the kills came to. Throws, so that the exit code is 1, where a label was lost or anything is amiss. */
export async function run([kills = `${KILLS}`, seed = `${SEED}`]: readonly string[]): Promise<void> {
  const missing = whyNotServed();
  if (missing !== null) throw new Error(`The backend cannot be started: ${missing}`);
  const folder = mkdtempSync(join(tmpdir(), 'countenance-bench-'));
  const begun = performance.now();
  try {
    const report = await killWhileLabelling({
      libraryFile: join(folder, 'library.sqlite'),
      kills: Number(kills),
      seed: Number(seed),
      onKill: (done, { confirmed, problems }) => {
        if (done % 10 === 0) process.stderr.write(`${done} kills, ${confirmed} labels, ${problems.length} problems\n`);
      },
    });
    print('kills (SIGKILL), of them with a call on its way', `${report.kills}, ${report.midCall}`);
    print('calls made', report.calls);
    print('labels confirmed', report.confirmed);
    print('confirmed labels lost', report.lost);
    print('unanswered calls: wholly there, wholly absent', `${report.unansweredThere}, ${report.unansweredAbsent}`);
    print('calls half-written', report.halfWritten);
    print('other problems', report.problems.length);
    print('seed, seconds', `${seed}, ${((performance.now() - begun) / 1000).toFixed(0)}`);
    for (const problem of report.problems) print(problem, '');
    if (report.problems.length > 0) throw new Error('Labels were lost or damaged; the lines above say which.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(what: string, figure: string | number): void {
  process.stdout.write(`${what.padEnd(52)} ${figure}\n`);
}
