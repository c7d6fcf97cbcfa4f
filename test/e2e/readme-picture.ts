import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { launchBrowser, startApp } from './support/app.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** Makes the README's picture anew, over drawn faces: `node test/e2e/readme-picture.ts` after `npm run build`. */
async function takePicture(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-picture-'));
  const libraryFile = join(folder, 'library.sqlite');
  const countenance = (...words: string[]): Buffer =>
    execFileSync(process.execPath, ['src/main/cli/main.ts', '--library', libraryFile, ...words], { cwd: PROJECT });
  writeDrawnFaces(join(folder, 'faces'), { train: 160, valid: 120 });
  countenance('import', 'ferplus', join(folder, 'faces'), '--name', 'drawn faces');
  countenance('predict', '--dataset', 'drawn faces', '--split', 'all', '--model', 'nr-swin-micro');
  const app = await startApp(libraryFile);
  const browser = await launchBrowser();
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(app.url);
  await page.getByRole('navigation').getByRole('link', { name: 'Browse' }).click();
  await page.getByRole('gridcell').nth(9).click();
  await page.mouse.move(720, 880);
  await page.getByText('cpu · auto').waitFor({ timeout: 120_000 });
  await page.waitForTimeout(500);
  mkdirSync(join(PROJECT, 'docs'), { recursive: true });
  await page.screenshot({ path: join(PROJECT, 'docs/browse.png') });
  await browser.close();
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
}

await takePicture();
