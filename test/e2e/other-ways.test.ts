import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLibrary } from '../../src/main/library/db.ts';
import { PYTORCH_MODEL } from '../support/pytorch-model.ts';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';
import { inspectScreen } from './support/screens.ts';

const FACES = { train: 20, valid: 500 };
const ALL = FACES.train + FACES.valid;

describe(`drops, models of one’s own, and a crash, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-'));
  const libraryFile = join(folder, 'library.sqlite');
  let app: RunningApp;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await writeFaces(join(folder, 'faces'), FACES);
    copyFileSync(PYTORCH_MODEL, join(folder, 'bare.onnx'));
    [app, browser] = await Promise.all([startApp(libraryFile), launchBrowser()]);
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(app.url);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click();

  it('says what is missing in a file that is dropped on the library', async () => {
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    const dropped = await page.evaluateHandle<EventTarget>(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['colour,size\\nred,3\\n'], 'shoes.csv', { type: 'text/csv' }));
      return transfer;
    })()`);
    await page.dispatchEvent('main h1', 'drop', { dataTransfer: dropped });
    const alert = page.getByRole('alert').filter({ hasText: 'shoes.csv' });
    await alert.waitFor();
    await inspectScreen(page, 'dropped-nonsense');
  });

  it('imports a folder by its path on the server', async () => {
    await page.getByLabel('Path').fill(folder);
    await page.getByRole('button', { name: 'Browse…' }).click();
    await page.getByRole('button', { name: 'faces', exact: true }).click();
    await expect.poll(() => page.getByLabel('Path').inputValue()).toBe(join(folder, 'faces'));
    await inspectScreen(page, 'import-browse');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByLabel('Name in the library').fill('mine');
    await page.getByRole('button', { name: `Import ${ALL} faces` }).click();
    await page.getByRole('region', { name: 'Import report' }).waitFor();
  });

  it('adds a model that has no manifest, asking for what its file does not say', async () => {
    await open('Models');
    await page.getByRole('button', { name: /add a model/i }).click();
    await page.getByLabel('Or its path').fill(join(folder, 'bare.onnx'));
    await page.getByRole('button', { name: 'Read the file' }).click();
    await page.getByRole('button', { name: 'FERPlus 8' }).click();
    await inspectScreen(page, 'model-form');
    await page.getByRole('button', { name: 'Add model' }).click();
    await page.getByRole('heading', { name: 'bare', exact: true }).first().waitFor();
    await inspectScreen(page, 'model-added');
  });

  it('goes on where it stopped when the server is killed in mid-run and started again', async () => {
    await page.getByRole('button', { name: /^Run/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
    const predicted = (): number => {
      const library = openLibrary(libraryFile, { trusted: true });
      const count = library.prepare('SELECT count(*) FROM predictions').pluck().get() as number;
      library.close();
      return count;
    };
    await expect.poll(predicted, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
    await app.stop('SIGKILL');
    await page.getByText('The backend does not answer.').waitFor();
    const before = predicted();
    expect(before).toBeLessThan(ALL);

    app = await startApp(libraryFile);
    await page.goto(app.url);
    await open('Jobs');
    await page.getByRole('table').getByText('interrupted').first().waitFor();
    await inspectScreen(page, 'jobs-interrupted');
    await page
      .getByRole('button', { name: /resume/i })
      .first()
      .click();
    const row = page.getByRole('row').filter({ hasText: 'Predict' });
    await row.getByText('done').waitFor({ timeout: 120_000 });
    await expect.poll(predicted, { timeout: 10_000 }).toBe(ALL);
  });

  it('deletes the model with its run, after saying so', async () => {
    await open('Models');
    await page.getByRole('navigation', { name: 'Models' }).getByRole('link', { name: /^bare/ }).click();
    await page.getByRole('button', { name: /^Delete/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/1 run made with it/).waitFor();
    await dialog.getByRole('button', { name: /^Delete/ }).click();
    await expect
      .poll(() => page.getByRole('heading', { name: 'bare', exact: true }).count(), { timeout: 10_000 })
      .toBe(0);
  });
});
