import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import { faceLabels } from '../../src/main/library/current-labels.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import { ingest } from '../../src/main/library/ingest.ts';
import { doLabels } from '../../src/main/library/label-actions.ts';
import { historyRecords } from '../../src/main/library/label-exports/history-records.ts';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';
import { inspectScreen } from './support/screens.ts';

const FACES = { train: 80, valid: 60 };
const [NEUTRAL, HAPPINESS, SADNESS, FEAR] = [0, 1, 3, 6];

describe(`the labels screen, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-'));
  const libraryFile = join(folder, 'library.sqlite');
  let app: RunningApp;
  let browser: Browser;
  let page: Page;
  let keys: string[];

  beforeAll(async () => {
    await writeFaces(join(folder, 'faces'), FACES);
    const library = openLibrary(libraryFile);
    await ingest(library, { paths: [join(folder, 'faces')], kind: 'ferplus', classMap: {}, name: 'faces' });
    const ids = library.prepare('SELECT id FROM samples ORDER BY vote_entropy DESC LIMIT 40').pluck().all() as number[];
    keys = ids.map((id) => library.prepare('SELECT key FROM samples WHERE id = ?').pluck().get(id) as string);
    const labels = [NEUTRAL, HAPPINESS, SADNESS, FEAR];
    ids.forEach((sampleId, index) => {
      for (const [each, name] of ['Ada', 'Ben', 'Cem'].entries()) {
        if ((index + each) % 4 === 0) continue;
        const value = labels[index % 5 === each ? (index + 1) % 4 : index % 4]!;
        const { revision } = faceLabels(library, [sampleId])[0]!;
        const annotatorId = ensureAnnotator(library, name).id;
        const changes = [{ sampleId, revision, field: 'label' as const, value }];
        doLabels(library, { annotatorId, changes, queueId: null, runId: null });
      }
    });
    library.close();
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

  const tab = (name: string) => page.getByRole('tab', { name }).click();

  it('shows the layers, the annotators with their quality, and a consensus by any method', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Labels' }).click();
    await page.getByRole('heading', { name: 'Crowd', exact: true }).waitFor();
    await page.getByRole('combobox', { name: /^Consensus/ }).click();
    await page.getByRole('option', { name: /Dawid/ }).click();
    await page
      .getByRole('region', { name: 'Quality of each annotator' })
      .getByRole('row')
      .filter({ hasText: 'Ada' })
      .first()
      .waitFor();
    await inspectScreen(page, 'labels-consensus');
    await page.getByLabel('Keep it as a label version').fill('by Dawid–Skene');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByText('Kept as the label version by Dawid–Skene').waitFor();
  });

  it('keeps a version, compares it and restores it, which Undo takes back', async () => {
    await tab('Versions');
    await page.getByLabel('Name', { exact: true }).fill('first pass');
    await page.getByRole('button', { name: 'Keep version' }).click();
    await page.getByRole('listitem').filter({ hasText: 'first pass' }).first().waitFor();
    await page.getByText('No label differs between the two.').waitFor();
    await page.getByRole('combobox', { name: /^From/ }).click();
    await page.getByRole('option', { name: /^crowd/ }).click();
    await page.getByRole('list', { name: 'Changed faces' }).waitFor();
    await inspectScreen(page, 'labels-versions');

    const library = openLibrary(libraryFile, { trusted: true });
    const events = () => historyRecords(library, 1).length;
    const before = events();
    await page.getByRole('button', { name: 'Restore by Dawid–Skene' }).click();
    await page.getByText(/The labels are those of by Dawid–Skene again/).waitFor();
    expect(events()).toBe(before + 1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(events).toBe(before + 2);
    library.close();
  });

  it('exports with the history beside it', async () => {
    await tab('Export');
    await page.getByLabel('Folder', { exact: true }).fill(folder);
    await page.getByLabel('Name', { exact: true }).fill('labels');
    await page.getByRole('button', { name: 'Export labels' }).click();
    await page.getByText(join(folder, 'labels.history.jsonl')).waitFor();
    await inspectScreen(page, 'labels-export');
    expect(existsSync(join(folder, 'labels.csv'))).toBe(true);
  });

  it('shows what others’ labels contradict before it takes them', async () => {
    const rows = keys.slice(0, 12).map((key, index) => `${key},${index % 3 === 0 ? 'smirk' : 'Surprise'},Dora`);
    writeFileSync(
      join(folder, 'theirs.csv'),
      ['Image name,label,annotator', ...rows, 'nobody.png,sad,Dora'].join('\n'),
    );
    await tab('Import');
    await inspectScreen(page, 'labels-import-empty');
    await page.getByLabel('File of labels').fill(join(folder, 'theirs.csv'));
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByText('Say which classes the unknown names are.').waitFor();
    await page.getByRole('combobox', { name: /smirk/ }).click();
    await page.getByRole('option', { name: /^contempt/ }).click();
    await page.getByText('Say whose labels stand where the two contradict.').waitFor();
    await inspectScreen(page, 'labels-import');
    await page.getByLabel('Theirs come on top').check();
    await page.getByRole('button', { name: 'Import 12 labels' }).click();
    await page.getByText('12 events by Dora.').waitFor();
    await tab('Annotators and consensus');
    await page.getByRole('row').filter({ hasText: 'Dora' }).first().waitFor();
  });
});
