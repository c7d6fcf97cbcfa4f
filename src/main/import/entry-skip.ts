import type { ImportError } from '../../shared/errors.ts';
import type { SourceRow } from './importer.ts';
import { EntryError } from './source-tree.ts';
import type { Tally } from './tally.ts';

/** Counts a row whose image could not be read, under the reason its error gives. */
export function countUnreadable(row: SourceRow, error: ImportError, tally: Tally): void {
  const reason = error instanceof EntryError ? error.reason : 'unreadable-image';
  tally.skip(reason, { file: row.imageFile, line: error.detail.line ?? null, what: error.message });
}
