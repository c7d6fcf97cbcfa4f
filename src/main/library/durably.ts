import type { Library } from './db.ts';

/** Runs a transaction whose changes are on disk, not only in the system's memory, when this returns. */
export function durably<Result>(library: Library, work: () => Result): Result {
  library.sqlite.pragma('synchronous = FULL');
  try {
    return library.transaction(work);
  } finally {
    library.sqlite.pragma('synchronous = NORMAL');
  }
}
