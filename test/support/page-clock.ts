import type { Page } from 'playwright-core';

/** Milliseconds from a key to the next face on the screen, and to the face before it being said to be saved. */
export interface KeyTimes {
  readonly painted: number;
  readonly confirmed: number;
}

const CLOCK = `
  window.keyTimes = [];
  const shown = () => document.querySelector('figure[data-face]')?.getAttribute('data-face') ?? '';
  const drawn = () => {
    const image = document.querySelector('figure[data-face] img.shown');
    return image !== null && image.complete && image.naturalWidth > 0;
  };
  const saving = () => document.querySelector('nav .cell.saving') !== null;
  const afterPaint = (work) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = work;
    port2.postMessage(0);
  };
  const clock = ({ timeStamp }) => {
    const face = shown();
    const time = { painted: 0, confirmed: 0 };
    const look = () => {
      const next = shown() !== face && drawn();
      const saved = next && !saving();
      afterPaint(() => {
        if (next && time.painted === 0) time.painted = performance.now() - timeStamp;
        if (!saved) return void requestAnimationFrame(look);
        time.confirmed = performance.now() - timeStamp;
        window.keyTimes.push(time);
      });
    };
    requestAnimationFrame(look);
  };
  window.addEventListener('keydown', clock, { capture: true });
`;

/**
 * Has the page time each key that leads from one face under review to another. A time begins at the key event's own
 * stamp, so that waiting in the browser's queue counts, and ends after the frame in which the change is drawn: a task
 * posted from that frame's requestAnimationFrame, which runs when its layout and paint are done.
 */
export const timeKeys = (page: Page): Promise<unknown> => page.evaluate(`{${CLOCK}}`);

/** The times taken so far, in the order of the keys. */
export const keyTimes = async (page: Page): Promise<readonly KeyTimes[]> =>
  (await page.evaluate('window.keyTimes')) as readonly KeyTimes[];

const PATIENCE = 30_000;

/** Waits until so many keys have been timed; asks from outside, as the page's policy lets no text be run within. */
export async function keysTimed(page: Page, count: number): Promise<void> {
  const begun = performance.now();
  while (((await page.evaluate('window.keyTimes.length')) as number) < count) {
    if (performance.now() - begun > PATIENCE) throw new Error(`Key ${count} led to no other face.`);
    await page.waitForTimeout(10);
  }
}
