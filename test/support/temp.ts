import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Library, openLibrary } from '../../src/main/library/db.ts';

/** A folder of this test's own, removed when it ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new library of this test's own, closed when it ends. */
export function tempLibrary(): Library {
  const library = openLibrary(join(tempFolder(), 'library.sqlite'));
  onTestFinished(() => library.close());
  return library;
}
