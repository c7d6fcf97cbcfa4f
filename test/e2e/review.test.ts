import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaceLabel, LabelEvent } from '../../src/shared/contract/labels.ts';
import type { QueueItem } from '../../src/shared/contract/queues.ts';
import { runCliHere } from '../cli/run-cli.ts';
import { type ServedLibrary, serveLibrary } from '../support/durability/served-library.ts';
import { launchBrowser, type RunningApp, startApp } from './support/app.ts';
import { FACES_ARE, writeFaces } from './support/faces.ts';
import { tabTo, watchPointers } from './support/keyboard.ts';
import { inspectScreen } from './support/screens.ts';

const PREPARING = 240_000;
const FACES = 30;
const CLASSES = 10;
const [UNKNOWN, NOT_A_FACE] = [8, 9];
/** What settles the faces of the queue, again and again; `+` and `-` go before the key that follows them. */
const KEYS = ['3', 'u', '1', '++5', 'f', 'a', '8', 'm', 's', '+-2', 'n7', '4', 's', '6', 'a', 'm'] as const;
const NOTE = 'Mouth is open, brows are raised.';

type Change = Pick<LabelEvent, 'kind' | 'field' | 'before' | 'after'>;

describe(`reviewing by keyboard alone, on ${FACES_ARE}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-e2e-review-'));
  const libraryFile = join(folder, 'library.sqlite');
  const problems: string[] = [];
  let app: RunningApp;
  let browser: Browser;
  let page: Page;
  let pointers: () => Promise<number>;
  let items: readonly QueueItem[];
  /** What the log should say of each face, the oldest first, and the faces that should stand skipped. */
  const expected = new Map<number, Change[]>();
  const done: { readonly sampleId: number; readonly change: Change | 'skip' }[] = [];
  const skipped = new Set<number>();

  async function openPage(): Promise<void> {
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    pointers = await watchPointers(page);
    await page.goto(app.url);
    await page.getByRole('heading', { name: 'Library' }).waitFor();
  }

  async function asked<T>(work: (client: ServedLibrary['client']) => Promise<T>): Promise<T> {
    const served = await serveLibrary(libraryFile);
    try {
      return await work(served.client);
    } finally {
      await served.kill();
    }
  }

  beforeAll(async () => {
    const faces = join(folder, 'ferplus');
    await writeFaces(faces, { train: 10, valid: 90 });
    await runCliHere(folder, 'import', 'ferplus', faces, '--name', 'faces');
    const over = ['--dataset', 'faces', '--split', 'valid', '--model', 'nr-swin-micro', '--provider', 'cpu'];
    const predicted = await runCliHere(folder, '--json', 'predict', ...over);
    expect(predicted.code, predicted.stderr).toBe(0);
    [app, browser] = await Promise.all([startApp(libraryFile), launchBrowser()]);
    await openPage();
  }, PREPARING);

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const shown = async (): Promise<number> => Number(await page.locator('figure[data-face]').getAttribute('data-face'));
  const press = (key: string) => page.keyboard.press(key === '+' ? 'Shift+Equal' : key);
  const saved = () => expect.poll(() => page.getByText(/saving \d/).count()).toBe(0);
  const itemOf = (sampleId: number) => items.find(({ tile }) => tile.id === sampleId)!;

  function note(sampleId: number, field: Change['field'], after: Change['after']): void {
    const log = expected.get(sampleId) ?? [];
    const before = log.findLast((change) => change.field === field)?.after ?? null;
    const change: Change = { kind: 'do', field, before, after };
    expected.set(sampleId, [...log, change]);
    done.push({ sampleId, change });
  }

  function turned(kind: 'undo' | 'redo', { sampleId, change }: (typeof done)[number]): void {
    if (change === 'skip') return void (kind === 'undo' ? skipped.delete(sampleId) : skipped.add(sampleId));
    const [before, after] = kind === 'undo' ? [change.after, change.before] : [change.before, change.after];
    expected.get(sampleId)!.push({ ...change, kind, before, after });
  }

  it('makes the queue of the most ambiguous valid faces', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'New queue' }).waitFor();
    await tabTo(page, /^Most ambiguous/);
    await inspectScreen(page, 'review-new-queue');
    await tabTo(page, /^Faces of/);
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: /^valid/ }).waitFor();
    await page.keyboard.type('valid');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Make the queue/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Most ambiguous valid faces' }).waitFor();
    await page.locator('figure[data-face] img.shown').waitFor();

    const [queue, found] = await asked(async (client) => {
      const all = await client.queues.list({ datasetId: null });
      return [all, (await client.queues.items({ id: all[0]!.id, offset: 0, limit: 200 })).items];
    });
    items = found;
    expect(queue.map(({ order, filter, total }) => ({ order, filter, total }))).toEqual([
      { order: 'most-ambiguous', filter: { splits: ['valid'] }, total: 90 },
    ]);
    const scores = items.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    await inspectScreen(page, 'review');
  });

  it('settles thirty faces, each in the order of the queue', async () => {
    for (let settled = 0; settled < FACES; settled += 1) {
      const sampleId = await shown();
      expect(sampleId).toBe(items[settled]!.tile.id);
      await settle(sampleId, KEYS[settled % KEYS.length]!);
      await expect.poll(shown).toBe(items[settled + 1]!.tile.id);
    }
    await saved();
    await inspectScreen(page, 'review-settled');
  });

  async function settle(sampleId: number, keys: string): Promise<void> {
    const { tile } = itemOf(sampleId);
    const added = Array.from({ length: CLASSES }, () => 0);
    const focused = await page
      .locator('li.row')
      .evaluateAll((rows) => rows.findIndex((row) => row.classList.contains('focused')));
    for (const key of keys) {
      if (key === '+' || key === '-') {
        await press(key);
        added[focused]! += key === '+' ? 1 : -1;
        note(sampleId, 'votes', added.every((count) => count === 0) ? null : [...added]);
      } else if (key === 'n') {
        await press('n');
        await page.getByLabel(/^Note on/).waitFor();
        await page.keyboard.type(NOTE);
        await press('Enter');
        note(sampleId, 'note', NOTE);
      } else if (key === 's') {
        await press('s');
        skipped.add(sampleId);
        done.push({ sampleId, change: 'skip' });
      } else {
        await press(key);
        const labels: Record<string, number | null> = { u: UNKNOWN, f: NOT_A_FACE, a: tile.label, m: tile.predicted };
        note(sampleId, 'label', key in labels ? labels[key]! : Number(key) - 1);
      }
    }
  }

  it('takes five back and does two again, and shows the face of each', async () => {
    for (let n = 0; n < 5; n += 1) {
      const last = done.at(-1 - n)!;
      turned('undo', last);
      await press('z');
      await expect.poll(shown).toBe(last.sampleId);
      await page
        .getByText(/: (undone|no longer skipped)/)
        .last()
        .waitFor();
    }
    for (const again of done.slice(-5, -3)) {
      turned('redo', again);
      await press('Shift+Z');
      await expect.poll(shown).toBe(again.sampleId);
    }
    await saved();
    await inspectScreen(page, 'review-undone');
    expect(await pointers()).toBe(0);
  });

  it('has all of it on disk, exactly, after the app was closed and opened again', async () => {
    const place = await shown();
    await page.context().close();
    await app.stop();
    app = await startApp(libraryFile);
    await openPage();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await tabTo(page, /^Go on/);
    await page.keyboard.press('Enter');
    await expect.poll(shown).toBe(place);

    const told = await asked(async (client) => {
      const { id } = (await client.queues.list({ datasetId: null }))[0]!;
      const { items: now } = await client.queues.items({ id, offset: 0, limit: 200 });
      const ids = now.map(({ tile }) => tile.id);
      const faces = await client.labels.faces({ sampleIds: ids });
      const events = new Map<number, readonly LabelEvent[]>();
      for (const sampleId of ids) events.set(sampleId, (await client.labels.face({ sampleId })).events);
      return { now, faces, events };
    });
    for (const [sampleId, events] of told.events) {
      const log = events.map(({ kind, field, before, after }) => ({ kind, field, before, after })).reverse();
      expect(log, itemOf(sampleId).tile.key).toEqual(expected.get(sampleId) ?? []);
    }
    expect(told.faces.map(standing)).toEqual(told.faces.map(({ sampleId }) => expectedStanding(sampleId)));
    expect(told.now.map(({ tile, status }) => [tile.id, status])).toEqual(
      items.map(({ tile }) => [tile.id, expectedStatus(tile.id)]),
    );
  });

  const standing = ({ label, votes, revision }: FaceLabel) => ({ label, votes, revision });

  function expectedStanding(sampleId: number) {
    const log = expected.get(sampleId) ?? [];
    const last = (field: Change['field']) => log.findLast((change) => change.field === field)?.after ?? null;
    return { label: last('label'), votes: last('votes'), revision: log.length };
  }

  function expectedStatus(sampleId: number): string {
    if (skipped.has(sampleId)) return 'skipped';
    const last = expected.get(sampleId)?.at(-1);
    return last === undefined || last.kind === 'undo' ? 'waiting' : 'done';
  }

  it('lists its keys under ?', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Accept the crowd').waitFor();
    await inspectScreen(page, 'review-help');
    await page.keyboard.press('Escape');
  });

  it('leaves no error in the console, and wanted no mouse', async () => {
    expect(problems).toEqual([]);
    expect(await pointers()).toBe(0);
  });
});
