import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const FOLDER = join(import.meta.dirname, '../screenshots');
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
] as const;
const SCHEMES = ['light', 'dark'] as const;

/**
 * Looks at the screen as it stands: a picture of it at both sizes, light and dark, and nothing that axe finds in any.
 * Leaves the page large and light.
 */
export async function inspectScreen(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const { width, height } of [...SIZES].reverse()) {
    await page.setViewportSize({ width, height });
    for (const scheme of [...SCHEMES].reverse()) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await settled(page, scheme);
      await page.screenshot({ path: join(FOLDER, `${name}-${width}-${scheme}.png`) });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(asLine), `axe on ${name}, ${width} px, ${scheme}`).toEqual([]);
    }
  }
}

/** Waits until the page has the theme and none of its colours is on the way any more. */
async function settled(page: Page, scheme: (typeof SCHEMES)[number]): Promise<void> {
  const state = `document.documentElement.dataset.theme + ' ' + document.getAnimations().filter((each) => each instanceof CSSTransition).length`;
  await page.waitForTimeout(150);
  await expect.poll(() => page.evaluate(state), { timeout: 20_000 }).toBe(`${scheme} 0`);
}

function asLine(violation: { id: string; nodes: { target: unknown }[] }): string {
  return `${violation.id}: ${violation.nodes.map((node) => String(node.target)).join(', ')}`;
}
