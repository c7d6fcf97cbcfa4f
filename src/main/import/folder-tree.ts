import { createReadStream } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { EntryError, isClutter, type Refusal, type TreeEntry } from './source-tree.ts';

/** Every file below a folder. A link is followed only if it stays inside the folder; each folder is read once. */
export async function readFolder(folder: string): Promise<{ entries: TreeEntry[]; refusals: Refusal[] }> {
  const root = await realpath(folder);
  const name = basename(root);
  const entries: TreeEntry[] = [];
  const refusals: Refusal[] = [];
  const seen = new Set<string>([root]);

  const walk = async (directory: string, prefix: string): Promise<void> => {
    const found = await readdir(directory, { withFileTypes: true });
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const item of found) {
      const path = prefix + item.name;
      if (isClutter(path)) continue;
      const place = join(directory, item.name);
      const target = item.isSymbolicLink() ? await insideTarget(root, place) : place;
      if (target === null) {
        refusals.push({ reason: 'link', place: { file: `${name}/${path}`, line: null, what: item.name } });
        continue;
      }
      const info = item.isSymbolicLink() ? await stat(target) : item;
      if (info.isFile()) entries.push(fileEntry(target, path, `${name}/${path}`));
      else if (info.isDirectory() && !seen.has(target)) {
        seen.add(target);
        await walk(target, `${path}/`);
      }
    }
  };
  await walk(root, '');
  return { entries, refusals };
}

async function insideTarget(root: string, link: string): Promise<string | null> {
  const target = await realpath(link).catch(() => null);
  return target?.startsWith(root.endsWith(sep) ? root : root + sep) ? target : null;
}

/** A single file on disk as an entry. */
export function fileEntry(file: string, path: string, display: string): TreeEntry {
  return { path, display, file, read: (limit) => readWhole(file, display, limit), stream: () => streamOf(file) };
}

async function readWhole(file: string, display: string, limit: number): Promise<Buffer> {
  const handle = await open(file).catch((error: unknown) => {
    throw new EntryError('unreadable-image', `The file ${display} cannot be opened.`, display, error);
  });
  try {
    const { size } = await handle.stat();
    if (size > limit) {
      throw new EntryError('too-large', `The file ${display} has ${size} bytes; at most ${limit} are read.`, display);
    }
    const bytes = Buffer.allocUnsafe(size);
    const { bytesRead } = await handle.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function streamOf(file: string): Promise<Readable> {
  return createReadStream(file, { highWaterMark: 1 << 20 });
}
