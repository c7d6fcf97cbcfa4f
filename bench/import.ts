import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeDrawnFaces } from '../src/main/cli/demo/drawn-dataset.ts';
import { openLibrary } from '../src/main/library/db.ts';
import { ingest } from '../src/main/library/ingest.ts';

export const name = 'import';
export const describe = 'seconds to import the real FERPlus zip (or a path given, or drawn faces), then once more';

const FERPLUS_ZIP = resolve(import.meta.dirname, '../../shared/data/ferplus-train-valid.zip');
const DRAWN = { train: 8000, valid: 1000 };

/** Imports a source into a new library, then again, and prints both times. */
export async function run([path]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-bench-'));
  try {
    const source = path ?? (existsSync(FERPLUS_ZIP) ? FERPLUS_ZIP : drawnFaces(join(folder, 'faces')));
    const library = openLibrary(join(folder, 'library.sqlite'));
    for (const title of ['first import', 'the same again']) {
      const report = await ingest(library, { paths: [source], kind: null, classMap: {}, name: 'bench' });
      const faces = `${report.imported.toLocaleString('en')} imported, ${report.alreadyPresent.toLocaleString('en')} there`;
      process.stdout.write(`${title.padEnd(16)} ${report.seconds.toFixed(2).padStart(7)} s   ${faces}\n`);
    }
    library.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function drawnFaces(folder: string): string {
  process.stdout.write('The real faces are not here: these are drawn ones.\n');
  writeDrawnFaces(folder, DRAWN);
  return folder;
}
