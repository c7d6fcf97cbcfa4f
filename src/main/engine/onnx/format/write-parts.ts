import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** What one call of the system may write. */
const LARGEST_WRITE = 1 << 30;

/** Writes parts one after another as a new file and returns when they are on disk. Throws where `file` is there. */
export function writeParts(file: string, parts: Iterable<Uint8Array>): void {
  const descriptor = openSync(file, 'wx');
  try {
    for (const part of parts) {
      for (let done = 0; done < part.length; ) {
        done += writeSync(descriptor, part, done, Math.min(LARGEST_WRITE, part.length - done));
      }
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
