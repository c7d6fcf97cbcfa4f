import type { Library } from '../library/db.ts';

/**
 * Whether the files of an upload are still needed: a dataset's votes came from there (its larger images are kept by
 * reference), or a job that reads them can be resumed. An upload's number is part of every path within it.
 */
export function isUploadNeeded(library: Library, uploadId: string): boolean {
  const found = library
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM vote_files WHERE instr(file, @uploadId) > 0)
         OR EXISTS (SELECT 1 FROM jobs WHERE status <> 'done' AND instr(parameters, @uploadId) > 0)`,
    )
    .pluck()
    .get({ uploadId });
  return found === 1;
}
