import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLibrary } from '../../src/main/library/db.ts';
import { ingest } from '../../src/main/library/ingest.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { priorHistory } from '../../src/main/library/priors.ts';
import { addRun } from '../support/library-rows.ts';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';
import { inspectScreen } from './support/screens.ts';

const FACES = { train: 120, valid: 60 };

describe(`the priors screen, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-'));
  const libraryFile = join(folder, 'library.sqlite');
  let app: RunningApp;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await writeFaces(join(folder, 'faces'), FACES);
    const library = openLibrary(libraryFile);
    const report = await ingest(library, {
      paths: [join(folder, 'faces')],
      kind: 'ferplus',
      classMap: {},
      name: 'faces',
    });
    const run = addRun(library, report.datasetId, { splits: ['valid'] });
    const ids = library.prepare('SELECT id FROM samples WHERE split = 1').pluck().all() as number[];
    const outcomes = ids.map((sampleId, index) => ({
      sampleId,
      probabilities: Float32Array.from({ length: 8 }, (_, at) => (at === index % 8 ? 0.65 : 0.05)),
      embedding: null,
    }));
    commitPredictions(library, run, outcomes, 1);
    library.close();
    [app, browser] = await Promise.all([startApp(libraryFile), launchBrowser()]);
    page = await (
      await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true })
    ).newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(app.url);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cell = (row: string, column: string) =>
    page.getByRole('gridcell', { name: new RegExp(`^${row} seen as ${column},`) });
  const shareOf = async (row: string, column: string): Promise<number> =>
    Number(/, ([\d.]+)/.exec((await cell(row, column).getAttribute('aria-label'))!)![1]);
  const saveAs = async (name: string | null, note: string): Promise<void> => {
    await page.keyboard.press('Control+s');
    if (name !== null) await page.getByLabel('Name').fill(name);
    await page.getByLabel('Note').fill(note);
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  it('begins empty, and computes a prior of the votes', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Priors' }).click();
    await page.getByRole('heading', { name: 'No prior yet' }).waitFor();
    await inspectScreen(page, 'priors-empty');
    await page.keyboard.press('Shift+P');
    await page.getByRole('dialog').getByText('the mean of the votes').waitFor();
    await inspectScreen(page, 'priors-new');
    await page.getByRole('button', { name: 'Open in the editor' }).click();
    await cell('happiness', 'happiness').waitFor();
    await saveAs('from votes', 'as the crowd has it');
    await page.getByText('version 1', { exact: true }).waitFor();
  });

  it('is edited by keyboard alone: type, nudge, lock, undo and redo, every row summing to one', async () => {
    await cell('neutral', 'neutral').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('l');
    const locked = await shareOf('neutral', 'happiness');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('0.5');
    await page.keyboard.press('Enter');
    expect(await shareOf('neutral', 'neutral')).toBe(0.5);
    expect(await shareOf('neutral', 'happiness')).toBe(locked);
    await page.keyboard.press('+');
    expect(await shareOf('neutral', 'neutral')).toBeCloseTo(0.51, 9);
    await page.keyboard.press('Control+z');
    expect(await shareOf('neutral', 'neutral')).toBe(0.5);
    await page.keyboard.press('Control+Shift+Z');
    expect(await shareOf('neutral', 'neutral')).toBeCloseTo(0.51, 9);
    const sums = await page.locator('td.sum span').allTextContents();
    expect(new Set(sums)).toEqual(new Set(['1.00']));
    await inspectScreen(page, 'priors-edit');
    await saveAs(null, 'neutral is seen too surely');
    await page.getByText('version 2', { exact: true }).waitFor();
  });

  it('puts one row back as it was opened, and takes a pasted table, locked cells kept', async () => {
    const opened = await shareOf('fear', 'fear');
    await cell('fear', 'fear').focus();
    await page.keyboard.type('.2');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Put the row fear back' }).waitFor();
    await page.keyboard.press('r');
    expect(await shareOf('fear', 'fear')).toBe(opened);
    await page.getByText('version 2', { exact: true }).waitFor();

    const locked = await shareOf('anger', 'anger');
    await cell('anger', 'anger').focus();
    await page.keyboard.press('l');
    const even = Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => '0,125').join('\t')).join('\n');
    await page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(even)});
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }`);
    expect(await shareOf('neutral', 'neutral')).toBe(0.125);
    expect(await shareOf('anger', 'anger')).toBe(locked);
    await page.keyboard.press('Control+z');
    await cell('anger', 'anger').focus();
    await page.keyboard.press('l');
    await page.getByText('version 2', { exact: true }).waitFor();
  });

  it('refuses what a row cannot hold, and names the cell', async () => {
    await cell('neutral', 'neutral').focus();
    await page.keyboard.type('1.5');
    await page.keyboard.press('Enter');
    await page.getByText('no probability for the cell neutral, neutral').waitFor();
  });

  it('shows which faces’ loss an edit changes most, and what they are taught', async () => {
    await cell('sadness', 'sadness').focus();
    await page.keyboard.type('.3');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'What if' }).click();
    const first = page.getByRole('option').first();
    await first.waitFor();
    expect(await first.textContent()).toMatch(/sadness/);
    await page.getByRole('slider', { name: /^γ/ }).focus();
    await page.keyboard.press('Home');
    const rows = page.locator('table.losses tbody tr');
    const pdls = await rows.nth(1).locator('td').allTextContents();
    expect(await rows.nth(2).locator('td').allTextContents()).toEqual(pdls);
    expect(pdls[0]).not.toBe(pdls[1]);
    await page.keyboard.press('ArrowRight');
    await inspectScreen(page, 'priors-what-if');
    for (const width of [1024, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const [alpha, gamma] = await Promise.all(
        ['α', 'γ'].map((name) => page.locator('.slide', { hasText: name }).locator('.ui-slider').boundingBox()),
      );
      expect(gamma!.x + gamma!.width, `γ's slider within ${width} px`).toBeLessThanOrEqual(width);
      expect(gamma!.y > alpha!.y || gamma!.x > alpha!.x + alpha!.width, `the sliders apart at ${width} px`).toBe(true);
    }
  });

  it('keeps versions apart and sets two of them side by side', async () => {
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByText('neutral is seen too surely').waitFor();
    await page.getByRole('button', { name: 'Compare' }).last().click();
    await page.getByText('Largest difference').waitFor();
    await inspectScreen(page, 'priors-versions');
    const library = openLibrary(libraryFile);
    expect(priorHistory(library, 'from votes')).toMatchObject([
      { version: 2, parent: { version: 1 }, note: 'neutral is seen too surely', source: { kind: 'edited' } },
      { version: 1, parent: null, source: { kind: 'votes', splits: ['train'] } },
    ]);
    library.close();
  });

  it('goes out as a file with the numbers of the editor', async () => {
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'As CSV' }).click();
    const file = await (await waiting).path();
    const [head, , , , sadness] = readFileSync(file, 'utf8').split('\r\n');
    expect(head).toBe('class,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt');
    expect(Number(sadness!.split(',')[4])).toBeCloseTo(0.3, 12);
  });
});
