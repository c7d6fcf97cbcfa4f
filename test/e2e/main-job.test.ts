import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';
import { inspectScreen } from './support/screens.ts';

const FACES = { train: 200, valid: 600 };
const ALL = FACES.train + FACES.valid;
const PREDICTING = 240_000;
const SOON = { timeout: 20_000 };

describe(`the main job in a browser, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-'));
  const faces = join(folder, 'ferplus');
  let app: RunningApp;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    await writeFaces(faces, FACES);
    [app, browser] = await Promise.all([startApp(join(folder, 'library.sqlite')), launchBrowser()]);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click();
  const numberIn = (text: string | null): number => Number(/\d[\d,]*/.exec(text ?? '')?.[0].replaceAll(',', ''));
  /** How many faces the grid says it holds: the first number of “235 of 800 faces”. */
  const shownFaces = async (): Promise<number> =>
    numberIn(await page.getByRole('main').getByRole('status').filter({ hasText: 'faces' }).first().textContent());

  it('lets nobody in without the printed link, and asks for a dataset first', async () => {
    const bare = new URL(app.url).origin;
    expect((await page.request.get(bare)).status()).toBe(401);
    await page.goto(app.url);
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    expect(page.url()).not.toContain('token');
    await inspectScreen(page, 'library-empty');
    for (const name of ['Browse', 'Analysis']) {
      await open(name);
      await page.getByRole('main').getByRole('heading').first().waitFor();
      await inspectScreen(page, `${name.toLowerCase()}-empty`);
    }
  });

  it('says what is wrong with a folder that holds no faces', async () => {
    await open('Library');
    await page
      .getByRole('main')
      .getByRole('button', { name: /import/i })
      .first()
      .click();
    await inspectScreen(page, 'import-choose');
    await page.getByLabel('Path').fill(join(folder, 'nothing'));
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'nothing' }).waitFor();
    await inspectScreen(page, 'import-error');
  });

  it('imports through the wizard: upload, preview, import, report', async () => {
    await page.getByLabel('Folder to import').setInputFiles(faces);
    const start = page.getByRole('button', { name: `Import ${ALL} faces` });
    await start.waitFor({ timeout: 60_000 });
    await expect.poll(() => page.locator('img.face').count(), SOON).toBeGreaterThan(7);
    await inspectScreen(page, 'import-preview');
    await page.getByLabel('Name in the library').fill('ferplus');
    await start.click();
    const report = page.getByRole('region', { name: 'Import report' });
    await report.waitFor({ timeout: 60_000 });
    expect(await report.textContent()).toContain(String(ALL));
    await inspectScreen(page, 'import-report');
  });

  it('predicts with progress in the job tray', async () => {
    await page.getByRole('region', { name: 'Import report' }).getByRole('button', { name: 'Predict' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`${ALL} faces`).waitFor();
    await inspectScreen(page, 'predict');
    await dialog.getByRole('button', { name: 'Start' }).click();
    const tray = page.getByRole('region', { name: 'Job tray' });
    await tray.getByText(/^predicting · .* on cpu/).waitFor({ timeout: 60_000 });
    await inspectScreen(page, 'predicting');
    const done = tray.locator('.line').filter({ hasText: /Predict .*done/ });
    await done.waitFor({ timeout: PREDICTING });
    expect(await done.textContent()).toContain(`${ALL} of ${ALL}`);
    await open('Jobs');
    await page.getByRole('table').getByText('done').first().waitFor();
    await inspectScreen(page, 'jobs');
  });

  it('browses the faces, filters to the wrong ones and opens one', async () => {
    await open('Browse');
    await expect.poll(shownFaces, SOON).toBe(ALL);
    await inspectScreen(page, 'browse');
    const wrong = page.getByRole('checkbox', { name: /^model is wrong/ });
    const count = numberIn(await wrong.getAttribute('aria-label'));
    await page.locator('label', { has: wrong }).click();
    await expect.poll(shownFaces, SOON).toBe(count);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(ALL);

    await page.getByRole('gridcell').first().click();
    await page.keyboard.press('Enter');
    const inspector = page.getByRole('complementary', { name: /inspector/i });
    await inspector.getByRole('heading', { name: /fer\d{7}\.png/ }).waitFor();
    for (const name of ['neutral', 'NF']) await inspector.getByText(name, { exact: true }).first().waitFor();
    const first = await inspector.getByRole('heading', { name: /fer\d{7}\.png/ }).textContent();
    await inspectScreen(page, 'browse-face');
    await page.getByRole('grid', { name: 'Faces' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => inspector.getByRole('heading', { name: /fer\d{7}\.png/ }).textContent()).not.toBe(first);
  });

  it('keeps filter and place through a reload', async () => {
    const before = await shownFaces();
    const address = page.url();
    await page.reload();
    await expect.poll(shownFaces, SOON).toBe(before);
    expect(page.url()).toBe(address);
  });

  it('shows the confusion matrix and opens exactly the faces of a cell', async () => {
    await open('Analysis');
    const matrix = page.getByRole('grid', { name: /confusion matrix/i });
    await matrix.waitFor();
    await inspectScreen(page, 'analysis');
    const cell = matrix.locator('td a').first();
    const sentence = (await cell.textContent())!.split(':').at(-1)!;
    const count = numberIn(sentence);
    await cell.click();
    await page.getByRole('grid', { name: 'Faces' }).waitFor();
    await expect.poll(shownFaces, SOON).toBe(count);
    await inspectScreen(page, 'browse-cell');
  });

  it('has its other screens, palette and help in order', async () => {
    await open('Models');
    await page.getByRole('heading', { name: 'nr-swin-micro' }).first().waitFor();
    await inspectScreen(page, 'models');
    await open('Settings');
    await page.getByText(/cpu/).first().waitFor();
    await inspectScreen(page, 'settings');
    await open('Library');
    await page.getByRole('heading', { name: 'ferplus' }).waitFor();
    await inspectScreen(page, 'library');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByLabel('Command, dataset or face').waitFor();
    await inspectScreen(page, 'palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await inspectScreen(page, 'keyboard-help');
    await page.keyboard.press('Escape');
  });

  it('has logged no error in the page', () => {
    expect(problems).toEqual([]);
  });
});
