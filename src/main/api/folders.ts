import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { NotFoundError } from '../../shared/errors.ts';

const LISTED = new Set(['.zip', '.csv', '.tsv', '.txt', '.json', '.onnx', '.png', '.jpg', '.jpeg', '.webp', '.bmp']);
const MOST_ENTRIES = 5000;

interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly folder: boolean;
  readonly bytes: number | null;
}

/** One folder of the backend's machine as the import wizard shows it. */
export interface FolderListing {
  readonly folder: string;
  readonly parent: string | null;
  readonly entries: FolderEntry[];
}

/**
 * Lists the folders of `folder` (null: the home folder) and the files that an import or a model could use, by name,
 * without hidden ones, at most 5,000. Throws NotFoundError if it cannot be read.
 */
export async function listFolder(folder: string | null): Promise<FolderListing> {
  const here = resolve(folder ?? homedir());
  const found = await readdir(here, { withFileTypes: true }).catch((error: unknown) => {
    throw new NotFoundError(`The folder ${here} cannot be read: ${error instanceof Error ? error.message : error}`, {
      file: here,
      remedy: 'Choose another folder.',
    });
  });
  const shown = found.filter((entry) => !entry.name.startsWith('.'));
  const described = await Promise.all(shown.map((entry) => describe(join(here, entry.name), entry.name)));
  const entries = described
    .filter((entry) => entry !== null)
    .sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name, 'en', { numeric: true }))
    .slice(0, MOST_ENTRIES);
  const parent = dirname(here);
  return { folder: here, parent: parent === here ? null : parent, entries };
}

async function describe(path: string, name: string): Promise<FolderEntry | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (found.isDirectory()) return { name, path, folder: true, bytes: null };
  if (!found.isFile() || !LISTED.has(extname(name).toLowerCase())) return null;
  return { name, path, folder: false, bytes: found.size };
}
