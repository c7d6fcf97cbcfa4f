import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/shared/contract/comparisons.ts';
import { runCliHere } from '../cli/run-cli.ts';
import { writeTinyModel } from '../support/tiny-model.ts';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';
import { inspectScreen } from './support/screens.ts';

const PREPARING = 240_000;

describe(`before and after a training run, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-compare-'));
  let app: RunningApp;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    const faces = join(folder, 'ferplus');
    await writeFaces(faces, { train: 240, valid: 160 });
    const model = await writeTinyModel(join(folder, 'tiny'));
    const training = ['--batch', '16', '--epochs', '4', '--lr', '0.01', '--provider', 'cpu', '--name', 'tuned tiny'];
    for (const words of [
      ['import', 'ferplus', faces, '--name', 'faces'],
      ['models', 'add', model],
      ['finetune', '--dataset', 'faces', '--model', 'tiny', '--scope', 'everything', ...training],
    ]) {
      const done = await runCliHere(folder, ...words);
      expect(done.code, done.stderr).toBe(0);
    }
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

  const section = () => page.getByRole('region', { name: 'Before and after' });
  const faces = (kind: string) =>
    section()
      .getByRole('list', { name: `${kind} faces` })
      .getByRole('listitem');
  const stated = async (): Promise<Comparison> => {
    const { stdout } = await runCliHere(folder, '--json', 'runs', 'compare', '1', '--faces');
    return (JSON.parse(stdout) as { comparison: Comparison }).comparison;
  };

  it('predicts both sides on request, and says what changed', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Train' }).click();
    await page.getByRole('button', { name: '1: tuned tiny' }).click();
    await section().scrollIntoViewIfNeeded();
    await inspectScreen(page, 'before-after-empty');
    await section().getByRole('button', { name: 'Compare before and after' }).click();
    await section().getByText('Fixed and broken').waitFor();
    await section().getByRole('heading', { name: 'Recall by class' }).waitFor();
    const { figures, counts } = await stated();
    const accuracy = section()
      .locator('dl div')
      .filter({ hasText: /^Accuracy/ })
      .locator('dd');
    const percent = (share: number | null): string => `${(share! * 100).toFixed(1)} %`;
    expect(await accuracy.textContent()).toContain(percent(figures.before.accuracy));
    expect(await accuracy.textContent()).toContain(percent(figures.after.accuracy));
    expect(counts.fixed + counts.broken + counts.changed).toBeGreaterThan(0);
    for (const [name, count] of [
      ['Fixed', counts.fixed],
      ['Broken', counts.broken],
      ['Changed', counts.changed],
    ] as const) {
      await section()
        .getByRole('tab', { name: `${name} ${count}`, exact: true })
        .waitFor();
    }
    await section()
      .getByRole('heading', { name: 'Before and after' })
      .evaluate((title) => title.scrollIntoView());
    await inspectScreen(page, 'before-after');
  });

  it('shows the faces of each kind, the greatest move first, by keyboard too', async () => {
    const { changedFaces, classes } = await stated();
    const fixed = changedFaces.filter(({ change }) => change === 'fixed');
    await faces('Fixed').first().waitFor();
    expect(await faces('Fixed').first().getByRole('img').getAttribute('alt')).toBe(fixed[0]!.key);
    expect(await faces('Fixed').first().textContent()).toContain(classes[fixed[0]!.label]!);
    await section()
      .getByRole('tab', { name: /^Fixed/ })
      .focus();
    await page.keyboard.press('ArrowRight');
    await section()
      .getByRole('tab', { name: /^Broken/, selected: true })
      .waitFor();
    const broken = changedFaces.filter(({ change }) => change === 'broken');
    if (broken.length === 0) await section().getByText('No face was broken').waitFor();
    else expect(await faces('Broken').first().getByRole('img').getAttribute('alt')).toBe(broken[0]!.key);
    await page.keyboard.press('ArrowLeft');
    await section()
      .getByRole('heading', { name: 'Faces that changed' })
      .evaluate((title) => title.scrollIntoView());
    await inspectScreen(page, 'before-after-faces');
  });

  it('makes a queue of them in that order', async () => {
    const fixed = (await stated()).changedFaces.filter(({ change }) => change === 'fixed');
    await section().getByRole('button', { name: 'Make a queue of these…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('what it fixed');
    await page.getByRole('button', { name: 'Make the queue' }).click();
    await page.getByText(`The queue “what it fixed” holds ${fixed.length} face`).waitFor();
    const shown = await runCliHere(folder, '--json', 'queues', 'show', 'what it fixed', '--faces', '200');
    const { items } = JSON.parse(shown.stdout) as { items: { tile: { key: string } }[] };
    expect(items.map(({ tile }) => tile.key)).toEqual(fixed.map(({ key }) => key));
  });

  it('opens them in Browse, all or one', async () => {
    const fixed = (await stated()).changedFaces.filter(({ change }) => change === 'fixed');
    await section().getByRole('button', { name: 'Show in Browse' }).click();
    await page.getByRole('button', { name: /^Remove the filter Chosen/ }).waitFor();
    const status = page.getByRole('main').getByRole('status').filter({ hasText: 'face' }).first();
    await expect.poll(() => status.textContent()).toContain(`${fixed.length} of 400 faces`);
    await page.goBack();
    await faces('Fixed').first().getByRole('link').click();
    await expect.poll(() => page.url()).toContain(`face=${fixed[0]!.id}`);
    await page.getByRole('complementary').getByText(fixed[0]!.key).first().waitFor();
  });

  it('leaves no error in the console', () => {
    expect(problems).toEqual([]);
  });
});
