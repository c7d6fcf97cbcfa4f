import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends the run with one line of its own, `N passed, N failed` (`, N skipped`), counted over every project. A file that
 * cannot even be loaded, or an error outside any test, counts as a failure.
 */
export class SummaryReporter implements Reporter {
  private readonly counts = { passed: 0, failed: 0, skipped: 0 };

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state !== 'pending') this.counts[state] += 1;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const { passed, skipped } = this.counts;
    const failed = this.counts.failed + broken + unhandled.length;
    const line = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
    // The other reporters write their own ends after this call; the summary must be the last line.
    process.once('exit', () => process.stdout.write(`${line}\n`));
  }
}
