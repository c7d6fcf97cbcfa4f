import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { type Library, openLibrary } from '../../src/main/library/db.ts';

/** A folder of this test's own, removed when it ends. */
export const tempFolder = (): string => folderUntil(onTestFinished);

/** A folder of this suite's or file's own, removed after its last test. */
export const suiteFolder = (): string => folderUntil(afterAll);

function folderUntil(end: (remove: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-test-'));
  end(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new library of this test's own, closed when it ends. */
export function tempLibrary(): Library {
  const library = openLibrary(join(tempFolder(), 'library.sqlite'));
  onTestFinished(() => library.close());
  return library;
}
