import type { SourceRow } from '../../src/main/import/importer.ts';
import { openSource, type ReadySource } from '../../src/main/import/open-source.ts';
import type { Tally } from '../../src/main/import/tally.ts';
import type { ImportSource } from '../../src/shared/contract/imports.ts';

/** An import source with nothing mapped and the kind to be guessed. */
export function source(paths: string | readonly string[], change: Partial<ImportSource> = {}): ImportSource {
  return { paths: [paths].flat(), kind: null, classMap: {}, ...change };
}

/** All that a source holds: its rows with their images' hashes or errors left to the caller, and the tally. */
export interface WholeSource {
  readonly ready: ReadySource;
  readonly rows: readonly SourceRow[];
  readonly tally: Tally;
  /** Skips by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** Reads a source to its end and hands it to `use` while it is open. */
export async function readSource<Result>(
  given: ImportSource,
  use: (whole: WholeSource) => Promise<Result> | Result,
): Promise<Result> {
  const ready = await openSource(given);
  try {
    const tally = ready.newTally();
    const rows: SourceRow[] = [];
    for await (const row of ready.rows(tally)) rows.push(row);
    const skipped = Object.fromEntries(tally.skips().map(({ reason, count }) => [reason, count]));
    return await use({ ready, rows, tally, skipped });
  } finally {
    await ready.close();
  }
}
