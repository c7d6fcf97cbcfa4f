import type { Session } from './command.ts';

const EVERY_MS = 500;

/**
 * Waits for work that Ctrl-C ends, showing `what` with the seconds that it has taken on stderr. The work is handed the
 * options of a call to the backend.
 */
export async function waiting<T>(
  { progress, interrupted }: Session,
  what: string,
  work: (options: { readonly signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  const show = (): void => progress(`${what} … ${Math.round((performance.now() - begun) / 1000)} s`);
  show();
  const timer = setInterval(show, EVERY_MS);
  try {
    return await work({ signal: interrupted });
  } finally {
    clearInterval(timer);
    progress('');
  }
}
