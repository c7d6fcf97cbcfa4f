import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCliHere } from '../cli/run-cli.ts';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';
import { inspectScreen } from './support/screens.ts';

const PREPARING = 240_000;

describe(`auditing labels in a browser, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-audit-'));
  let app: RunningApp;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    const faces = join(folder, 'ferplus');
    await writeFaces(faces, { train: 20, valid: 160 });
    await runCliHere(folder, 'import', 'ferplus', faces, '--name', 'faces');
    const over = ['--dataset', 'faces', '--split', 'valid', '--model', 'nr-swin-micro', '--provider', 'cpu'];
    const predicted = await runCliHere(folder, '--json', 'predict', ...over);
    expect(predicted.code, predicted.stderr).toBe(0);
    [app, browser] = await Promise.all([startApp(join(folder, 'library.sqlite')), launchBrowser()]);
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(app.url);
    await page.getByRole('heading', { name: 'Library' }).waitFor();
  }, PREPARING);

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const main = () => page.getByRole('main');
  const open = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click();
  const shownFaces = async (): Promise<number> =>
    Number(/\d+/.exec((await main().getByRole('status').filter({ hasText: 'face' }).first().textContent()) ?? '')?.[0]);

  it('ranks the labels that are likely wrong, and makes a queue of them in that order', async () => {
    await open('Analysis');
    await page.getByRole('tab', { name: 'Label issues' }).click();
    await page.getByRole('heading', { name: 'Labels that are likely wrong' }).waitFor();
    const cards = main().getByRole('listitem').filter({ hasText: 'the model says' });
    await cards.first().waitFor();
    const found = Number(
      await main()
        .locator('dl div')
        .filter({ hasText: /^Found/ })
        .locator('dd')
        .textContent(),
    );
    const keys = await cards.getByRole('img').evaluateAll((images) => images.map((image) => image.getAttribute('alt')));
    expect(keys).toHaveLength(Math.min(found, 60));
    await inspectScreen(page, 'label-issues');

    await page.getByRole('button', { name: 'Make a queue of these…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('doubtful');
    await inspectScreen(page, 'make-queue');
    await page.getByRole('button', { name: 'Make the queue' }).click();
    await page.getByText(`The queue “doubtful” holds ${found} faces.`).waitFor();
    const shown = await runCliHere(folder, '--json', 'queues', 'show', 'doubtful', '--faces', '60');
    const { items } = JSON.parse(shown.stdout) as { items: { tile: { key: string } }[] };
    expect(items.map(({ tile }) => tile.key)).toEqual(keys);
  });

  it('shows the same faces in Browse, in the same order', async () => {
    const found = Number(
      await main()
        .locator('dl div')
        .filter({ hasText: /^Found/ })
        .locator('dd')
        .textContent(),
    );
    await page.getByRole('button', { name: 'Show in Browse' }).click();
    await page.getByRole('button', { name: /^Remove the filter Chosen/ }).waitFor();
    await expect.poll(shownFaces).toBe(found);
    await page.getByRole('button', { name: 'Clear all' }).click();
  });

  it('filters and orders by measures, each explained where it stands', async () => {
    await page.getByRole('button', { name: 'Measures of crowd and model' }).click();
    const least = page.getByLabel('Mistakenness at least');
    await least.fill('0.6');
    await least.press('Enter');
    await page.getByText('Mistakenness 0.60 – 1').waitFor();
    await page.getByRole('button', { name: 'Mistakenness', exact: true }).hover();
    await page.getByRole('tooltip').getByText('How likely the label is a mistake').first().waitFor();
    const all = await shownFaces();
    expect(all).toBeGreaterThan(0);
    expect(all).toBeLessThan(180);
    await page.mouse.move(700, 500);
    await inspectScreen(page, 'browse-measures');

    await page.getByRole('button', { name: 'Make a review queue of these faces…' }).focus();
    await page.keyboard.press('Shift+Q');
    await page
      .getByRole('dialog')
      .getByText(/faces? that pass Browse’s filters/)
      .waitFor();
    await page.getByRole('button', { name: 'Make the queue' }).click();
    await page.getByText(`holds ${all} face`).waitFor();
  });

  it('states how far the crowd agrees with itself', async () => {
    await open('Analysis');
    await page.getByRole('tab', { name: 'Agreement' }).click();
    await page.getByRole('heading', { name: 'What voters say beside each other' }).waitFor();
    const stated = await runCliHere(folder, '--json', 'evaluate', '--dataset', 'faces', '--agreement');
    const { fleissKappa } = JSON.parse(stated.stdout) as { fleissKappa: number };
    const kappa = main()
      .locator('dl div')
      .filter({ hasText: /^Fleiss/ })
      .locator('dd');
    expect((await kappa.textContent())?.trim()).toBe(fleissKappa.toFixed(3));
    await inspectScreen(page, 'agreement');
  });

  it('leaves no error in the console', () => {
    expect(problems).toEqual([]);
  });
});
