import type { Library } from '../library/db.ts';

/** One upload: its number is part of every path within it. */
export interface UploadInQuestion {
  readonly id: string;
  /** Whether it holds images that the library would keep by reference rather than inside. */
  readonly hasLargeImages: boolean;
}

/** Whether an upload's files are still needed: by a job that has not ended well, a model, or images kept by reference. */
export function isUploadNeeded(library: Library, upload: UploadInQuestion): boolean {
  const waiting = library
    .prepare("SELECT 1 FROM jobs WHERE status <> 'done' AND instr(parameters, ?) > 0 LIMIT 1")
    .get(upload.id);
  if (waiting !== undefined) return true;
  const model = library.prepare('SELECT 1 FROM models WHERE instr(file, ?) > 0 LIMIT 1').get(upload.id);
  if (model !== undefined) return true;
  if (!upload.hasLargeImages) return false;
  // The newest images stand last: one of this upload's is found at once if there is any.
  const referred = library
    .prepare('SELECT 1 FROM images WHERE instr(file, ?) > 0 ORDER BY id DESC LIMIT 1')
    .get(upload.id);
  return referred !== undefined;
}
