import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCliHere } from '../cli/run-cli.ts';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';

describe(`two tabs on one library, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-tabs-'));
  let app: RunningApp;
  let browser: Browser;
  let context: BrowserContext;
  let [one, other] = [] as unknown as [Page, Page];
  /** While this holds, nothing that the backend says comes through to the other tab. */
  let held: (() => void)[] | null = null;

  beforeAll(async () => {
    await writeFaces(join(folder, 'faces'), { train: 2, valid: 12 });
    await runCliHere(folder, 'import', 'ferplus', join(folder, 'faces'), '--name', 'faces');
    const queue = ['queues', 'create', 'both', '--dataset', 'faces', '--order', 'most-ambiguous'];
    expect((await runCliHere(folder, ...queue)).code).toBe(0);
    [app, browser] = await Promise.all([startApp(join(folder, 'library.sqlite')), launchBrowser()]);
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    one = await context.newPage();
    await one.goto(app.url);
    other = await context.newPage();
    await other.routeWebSocket(/\/rpc/, (page) => {
      const server = page.connectToServer();
      server.onMessage((message) => {
        const pass = () => page.send(message);
        if (held === null) pass();
        else held.push(pass);
      });
    });
    for (const page of [one, other]) {
      page.setDefaultTimeout(20_000);
      await page.goto(`${new URL(app.url).origin}/#/review?queue=1`);
      await page.locator('figure[data-face] img.shown').waitFor();
    }
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const shown = (page: Page) => page.locator('figure[data-face]').getAttribute('data-face');
  const label = (page: Page) => page.locator('figure[data-face] figcaption .label');

  it('shows a label that was set in the one in the other', async () => {
    expect(await shown(other)).toBe(await shown(one));
    await one.bringToFront();
    await one.keyboard.press('4');
    await label(other).filter({ hasText: 'sadness' }).waitFor();
    expect(await one.getByRole('status').filter({ hasText: '1 of 14' }).count()).toBe(1);
    await other.getByRole('status').filter({ hasText: '1 of 14' }).waitFor();
  });

  it('refuses a choice made on a face that had changed meanwhile, and says what it is now', async () => {
    await other.bringToFront();
    await other.keyboard.press('ArrowRight');
    await expect.poll(() => shown(other)).toBe(await shown(one));
    held = [];
    await one.bringToFront();
    await one.keyboard.press('7');
    await one
      .getByText(/: fear$/)
      .first()
      .waitFor();
    await other.bringToFront();
    await other.keyboard.press('2');
    await expect.poll(() => held!.length).toBeGreaterThan(1);
    for (const pass of held.splice(0)) pass();
    held = null;
    const refusal = other.getByText(/was not set to happiness\. .* was changed meanwhile: it is fear, by/);
    await refusal.waitFor();
    await other.screenshot({ path: join(import.meta.dirname, 'screenshots/review-refused.png') });
    await other.getByRole('button', { name: 'Back to the face' }).click();
    await label(other).filter({ hasText: 'fear' }).waitFor();
    await label(other).filter({ hasText: 'happiness not saved' }).waitFor();
  });

  it('takes the choice when it is made anew on the face as it is', async () => {
    await other.keyboard.press('2');
    await one.bringToFront();
    await one.keyboard.press('ArrowLeft');
    await label(one).filter({ hasText: 'happiness' }).waitFor();
  });
});
