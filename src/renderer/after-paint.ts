/**
 * Does work once the change at hand is on the screen: in a task of its own behind the next frame. A page that is hidden
 * draws no frames; there it is done after `HIDDEN_WAIT` ms.
 */
export function afterPaint(work: () => void): void {
  if (document.hidden) {
    setTimeout(work, HIDDEN_WAIT);
    return;
  }
  requestAnimationFrame(() => setTimeout(work));
}

const HIDDEN_WAIT = 16;
