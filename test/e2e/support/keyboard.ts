import type { Page } from 'playwright-core';

const MOST_STOPS = 150;

/** Goes on by Tab until the control with this name has the focus. Throws where Tab never comes to it. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    const now = await focusedName(page);
    if (name.test(now)) return;
    passed.push(now);
  }
  throw new Error(`Tab comes to nothing named ${name}: ${[...new Set(passed)].join(' | ')}`);
}

/** The words by which the control in focus is known. */
const focusedName = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const element = document.activeElement;
    const labelled = element?.getAttribute('aria-labelledby')?.split(' ') ?? [];
    const words = labelled.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    const label = element?.labels?.[0]?.textContent ?? '';
    return (element?.getAttribute('aria-label') || words || label || element?.textContent || '').replace(/\\s+/g, ' ').trim();
  })()`) as Promise<string>;

/** Has the page count what a mouse or finger does to it; asked later, it says how often that was. */
export async function watchPointers(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(`
    window.pointers = 0;
    for (const type of ['pointerdown', 'mousedown', 'touchstart', 'wheel']) {
      window.addEventListener(type, () => (window.pointers += 1), true);
    }
  `);
  return () => page.evaluate('window.pointers') as Promise<number>;
}
