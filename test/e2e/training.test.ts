import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCliHere } from '../cli/run-cli.ts';
import { writeTinyModel } from '../support/tiny-model.ts';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';
import { inspectScreen } from './support/screens.ts';

const PREPARING = 240_000;
const TRAINING = 240_000;

describe(`training in the app, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-train-'));
  let app: RunningApp;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const faces = join(folder, 'ferplus');
    await writeFaces(faces, { train: 240, valid: 120 });
    const model = await writeTinyModel(join(folder, 'tiny'));
    for (const words of [
      ['import', 'ferplus', faces, '--name', 'faces'],
      ['models', 'add', model],
      ['prior', 'compute', '--dataset', 'faces', '--save', 'from votes'],
    ]) {
      const done = await runCliHere(folder, ...words);
      expect(done.code, done.stderr).toBe(0);
    }
    [app, browser] = await Promise.all([startApp(join(folder, 'library.sqlite')), launchBrowser()]);
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(app.url);
    await page.getByRole('heading', { name: 'Library' }).waitFor();
  }, PREPARING);

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const choose = async (label: RegExp, option: RegExp): Promise<void> => {
    await page.getByRole('combobox', { name: label }).click();
    await page.getByRole('option', { name: option }).click();
  };
  const run = (id: number) => page.getByRole('region', { name: `Run ${id}`, exact: true });

  it('says on which faces a run would train, and how long it would take', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('region', { name: 'Faces of this run' }).getByText('to train on').waitFor();
    await choose(/^Model/, /^tiny/);
    await choose(/^What is trained/, /^everything/);
    await choose(/^Loss/, /^f pdls/);
    await choose(/^Prior/, /^from votes/);
    await page.getByLabel('Epochs').fill('40');
    await page.getByLabel('Learning rate').fill('0.01');
    await page.getByRole('button', { name: 'How long?' }).click();
    await page.getByText(/About .* on .*, by \d+ timed steps/).waitFor({ timeout: TRAINING });
    await inspectScreen(page, 'train-form');
  });

  it('trains with its curves in sight, pauses, and goes on to the end', async () => {
    await page.getByRole('button', { name: 'Start training' }).click();
    await run(1)
      .getByText(/^[1-9]\d* of 40$/)
      .waitFor({ timeout: TRAINING });
    await run(1).getByRole('button', { name: 'Pause' }).click();
    await run(1).getByRole('button', { name: 'Resume' }).click({ timeout: TRAINING });
    await run(1).getByText('40 of 40').waitFor({ timeout: TRAINING });
    await run(1).getByRole('button', { name: 'Save as a model' }).waitFor({ timeout: TRAINING });
    await run(1).getByRole('heading', { name: 'Recall by class' }).waitFor();
    await inspectScreen(page, 'train-run');
  }, 600_000);

  it('exports what was trained, and shows the check of the written file', async () => {
    await run(1).getByRole('button', { name: 'Export…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
    const exported = page.getByRole('region', { name: 'What was exported' });
    await exported.waitFor({ timeout: TRAINING });
    expect(await exported.textContent()).toMatch(/compared|differ/i);
    await inspectScreen(page, 'train-export');
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  });

  it('runs the same settings again, and lays both runs over each other', async () => {
    await run(1).getByRole('button', { name: 'Run again…' }).click();
    expect(await page.getByLabel('Epochs').inputValue()).toBe('40');
    await page.getByLabel('Epochs').fill('2');
    await page.getByRole('button', { name: 'Start training' }).click();
    await run(2).getByRole('button', { name: 'Save as a model' }).waitFor({ timeout: TRAINING });
    await page.getByRole('checkbox', { name: 'Overlay run 1' }).check();
    await page.getByRole('checkbox', { name: 'Overlay run 2' }).check();
    await page.getByRole('region', { name: 'Runs over each other' }).waitFor();
    await inspectScreen(page, 'train-overlay');
    const shown = await runCliHere(folder, '--json', 'runs', 'show', '2');
    const { training } = JSON.parse(shown.stdout) as {
      training: { config: { prior: string; loss: { name: string } } };
    };
    expect(training.config.loss.name).toBe('f_pdls');
    expect(training.config.prior).toMatch(/^stored:from votes@1#[0-9a-f]{12}$/);
  }, 600_000);
});
