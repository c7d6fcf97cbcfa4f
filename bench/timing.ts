/** Runs of a session before the first that counts: the first two are slow. */
const WARM_UPS = 3;

/** Milliseconds of each of `rounds` runs, after those that do not count. */
export async function timesOf(rounds: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = -Math.min(WARM_UPS, rounds); round < rounds; round += 1) {
    const begun = performance.now();
    await work();
    if (round >= 0) times.push(performance.now() - begun);
  }
  return times;
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** 48×48 grey bytes of `faces` faces of noise. */
export const pixelsOf = (faces: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: faces * 48 * 48 }, (_, index) => (index * 37) % 256);

export function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(44)} ${figure}\n`);
}
