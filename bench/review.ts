import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { openLibrary } from '../src/main/library/db.ts';
import { runCli } from '../test/cli/run-cli.ts';
import { launchBrowser, startApp } from '../test/e2e/support/app.ts';
import { whyNotServed } from '../test/support/durability/served-library.ts';
import { type KeyTimes, keysTimed, keyTimes, timeKeys } from '../test/support/page-clock.ts';
import { seededRandom } from '../test/support/random.ts';
import { print } from './timing.ts';

export const name = 'review';
export const describe =
  'ms from a key to the next face painted, and to the label being said to be saved; argument: faces';

const FERPLUS_ZIP = resolve(import.meta.dirname, '../../shared/data/ferplus-train-valid.zip');
const FACES = 300;
const UNCOUNTED = 10;
const PAUSE = 120;
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', 'u', 'f'] as const;

/**
 * Settles faces of ‘most ambiguous valid faces’ by keys in Chromium over a server of its own, all FERPlus valid faces
 * in it beside a model's predictions. Throws where the screens are not built or a label of the session is not on disk.
 */
export async function run([faces = `${FACES}`]: readonly string[]): Promise<void> {
  const missing = whyNotServed();
  if (missing !== null) throw new Error(`The backend cannot be started: ${missing}`);
  if (!existsSync(FERPLUS_ZIP)) throw new Error(`The FERPlus faces are not here: ${FERPLUS_ZIP}`);
  const folder = mkdtempSync(join(tmpdir(), 'countenance-bench-'));
  try {
    const queueId = await prepare(folder);
    const libraryFile = join(folder, 'library.sqlite');
    const [app, browser] = await Promise.all([startApp(libraryFile), launchBrowser()]);
    try {
      const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
      await page.goto(app.url);
      await page.getByRole('heading', { name: 'Library' }).waitFor();
      await page.goto(`${new URL(app.url).origin}/#/review?queue=${queueId}`);
      await page.locator('figure[data-face] img.shown').waitFor();
      report(await settle(page, Number(faces) + UNCOUNTED));
      await app.stop('SIGKILL');
    } finally {
      await browser.close();
      await app.stop();
    }
    const library = openLibrary(libraryFile);
    const kept = library.prepare('SELECT count(*) FROM label_events').pluck().get() as number;
    library.close();
    print('labels on disk', `${kept} of ${Number(faces) + UNCOUNTED}`);
    if (kept !== Number(faces) + UNCOUNTED) throw new Error('Labels that were confirmed are not on disk.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(folder: string): Promise<number> {
  await cli(folder, 'import', 'ferplus', FERPLUS_ZIP, '--name', 'ferplus');
  await cli(folder, 'predict', '--dataset', 'ferplus', '--split', 'valid', '--model', 'nr-swin-micro');
  const made = await cli(
    folder,
    ...['queues', 'create', 'most ambiguous valid faces', '--dataset', 'ferplus', '--split', 'valid'],
    ...['--order', 'most-ambiguous', '--model', 'nr-swin-micro'],
  );
  const { id } = JSON.parse(made) as { readonly id: number };
  return id;
}

async function cli(folder: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(folder, '--json', ...words);
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

async function settle(page: Page, faces: number): Promise<readonly KeyTimes[]> {
  await timeKeys(page);
  const random = seededRandom(5);
  for (let done = 0; done < faces; done += 1) {
    await page.keyboard.press(KEYS[Math.floor(random() * KEYS.length)]!);
    await keysTimed(page, done + 1);
    await page.waitForTimeout(PAUSE);
  }
  return (await keyTimes(page)).slice(UNCOUNTED);
}

function report(times: readonly KeyTimes[]): void {
  print('keys timed, load of the machine', `${times.length}, ${loadavg()[0]!.toFixed(1)}`);
  print('key to next face painted: p50, p95, p99', percentiles(times.map(({ painted }) => painted)));
  print('key to label said to be saved: p50, p95, p99', percentiles(times.map(({ confirmed }) => confirmed)));
}

function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => `${sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(1)} ms`;
  return [0.5, 0.95, 0.99].map(at).join(', ');
}
