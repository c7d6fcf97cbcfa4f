import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { _electron as electron } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { installedElectron } from '../../scripts/electron-binary.ts';
import { tempFolder } from '../support/temp.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const executablePath = installedElectron();
const hasScreen = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
const isBuilt = existsSync(join(PROJECT, 'out/main/shell.js'));
const why =
  executablePath === null
    ? 'Electron’s program is not installed'
    : hasScreen
      ? 'out/ is not built'
      : 'there is no screen';
const canRun = executablePath !== null && hasScreen && isBuilt;

describe.skipIf(!canRun)(`the desktop app${canRun ? '' : ` (skipped: ${why})`}`, () => {
  it('opens its window on app://, isolated, and reaches the backend over its port', async () => {
    const library = join(tempFolder(), 'library.sqlite');
    const app = await electron.launch({ executablePath: executablePath!, args: [PROJECT, `--library=${library}`] });
    onTestFinished(() => app.close());
    const page = await app.firstWindow();
    expect(new URL(page.url()).origin === 'app://countenance' || page.url().startsWith('app://countenance/')).toBe(
      true,
    );
    await page.getByRole('navigation').first().waitFor();
    expect(await page.evaluate(() => 'require' in globalThis || 'process' in globalThis)).toBe(false);
    expect(
      await page.evaluate(() => Object.keys((globalThis as unknown as { countenance: object }).countenance)),
    ).toEqual(expect.arrayContaining(['platform', 'requestPort', 'pathOf', 'chooseFiles']));
    expect(existsSync(library)).toBe(true);
    await page.evaluate(() => {
      (globalThis as unknown as { location: { href: string } }).location.href = 'https://example.com/';
    });
    expect(page.url().startsWith('app://countenance/')).toBe(true);
  });
});
