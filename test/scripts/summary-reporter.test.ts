import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/temp.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const VITEST = join(PROJECT, 'node_modules/vitest/vitest.mjs');

/** Runs vitest with the reporter over small suites of their own. */
function summaryOf(suites: Readonly<Record<string, string>>): { status: number | null; last: string } {
  const root = tempFolder();
  mkdirSync(join(root, 'test'));
  for (const [name, text] of Object.entries(suites)) {
    writeFileSync(
      join(root, 'test', `${name}.test.ts`),
      `import { it, expect } from '${PROJECT}/node_modules/vitest/dist/index.js';\n${text}`,
    );
  }
  const config = `import { SummaryReporter } from '${PROJECT}/test/summary-reporter.ts';
export default { test: { root: '${root}', reporters: ['default', new SummaryReporter()], include: ['test/*.test.ts'] } };`;
  writeFileSync(join(root, 'vitest.config.mts'), config);
  const words = [VITEST, 'run', '--config', join(root, 'vitest.config.mts')];
  const { status, stdout } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
  return { status, last: stdout.trimEnd().split('\n').at(-1)! };
}

describe('the last line of a test run', () => {
  it('counts what passed, failed and was skipped over all files', () => {
    const good = "it('a', () => {}); it('b', () => {}); it.skip('c', () => {});";
    expect(summaryOf({ good })).toEqual({ status: 0, last: '2 passed, 0 failed, 1 skipped' });
    const bad = "it('d', () => { expect(1).toBe(2); });";
    expect(summaryOf({ good, bad })).toEqual({ status: 1, last: '2 passed, 1 failed, 1 skipped' });
  });

  it('counts a file that cannot be loaded and an error outside any test as failures', () => {
    const broken = "throw new Error('no tests here');";
    expect(summaryOf({ broken })).toEqual({ status: 1, last: '0 passed, 1 failed' });
    const stray =
      "it('a', () => { setTimeout(() => { throw new Error('stray'); }, 0); return new Promise((r) => setTimeout(r, 50)); });";
    expect(summaryOf({ stray })).toEqual({ status: 1, last: '1 passed, 1 failed' });
  });
});
