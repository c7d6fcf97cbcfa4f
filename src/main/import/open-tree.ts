import { realpath, stat } from 'node:fs/promises';
import { basename, parse } from 'node:path';
import { ImportError, NotFoundError } from '../../shared/errors.ts';
import { fileEntry, readFolder } from './folder-tree.ts';
import { hasImageName } from './image-type.ts';
import type { Refusal, SourceTree, TreeEntry } from './source-tree.ts';
import { openZip } from './zip-tree.ts';

interface Part {
  readonly entries: readonly TreeEntry[];
  readonly refusals: readonly Refusal[];
  close?(): Promise<void>;
}

/**
 * Sees the chosen folders, zips and files as one tree. One folder or zip alone is the tree itself; of several, each
 * stands under its own name. A zip lying in a chosen folder without images is opened too.
 * Throws NotFoundError for a path that is not there, ImportError for a zip that is damaged.
 */
export async function openTree(paths: readonly string[]): Promise<SourceTree> {
  const parts: Part[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.close?.()));
  };
  try {
    for (const path of paths) await addPath(parts, path, paths.length > 1);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name: nameOf(paths),
    roots: paths,
    entries: parts.flatMap((part) => part.entries),
    refusals: parts.flatMap((part) => part.refusals),
    close,
  };
}

async function addPath(parts: Part[], path: string, oneOfSeveral: boolean): Promise<void> {
  const info = await stat(path).catch((error: unknown) => {
    throw unreadablePath(path, error);
  });
  const prefix = oneOfSeveral ? `${parse(path).name}/` : '';
  if (info.isDirectory()) {
    const folder = await readFolder(path).catch((error: unknown) => {
      throw unreadablePath(path, error);
    });
    parts.push(under(folder, oneOfSeveral ? `${basename(path)}/` : ''));
    if (folder.entries.some((entry) => hasImageName(entry.path))) return;
    for (const { path: inner, file } of folder.entries) {
      if (isZipName(inner) && file !== null) parts.push(under(await openZip(file), prefix));
    }
  } else if (isZipName(path)) parts.push(under(await openZip(path), prefix));
  else parts.push({ entries: [fileEntry(await realpath(path), basename(path), basename(path))], refusals: [] });
}

function under(part: Part, prefix: string): Part {
  if (prefix === '') return part;
  return { ...part, entries: part.entries.map((entry) => ({ ...entry, path: prefix + entry.path })) };
}

function isZipName(path: string): boolean {
  return /\.zip$/i.test(path);
}

function nameOf(paths: readonly string[]): string {
  const path = paths.find((candidate) => !/\.(csv|txt)$/i.test(candidate)) ?? paths[0]!;
  return isZipName(path) || /\.(csv|txt)$/i.test(path) ? parse(path).name : basename(path);
}

function unreadablePath(path: string, cause: unknown): Error {
  if ((cause as { code?: string }).code === 'ENOENT') {
    return new NotFoundError(`There is nothing at ${path}.`, { file: path, remedy: 'Check the path.' });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ImportError(`${path} cannot be read: ${why}`, { file: path, remedy: 'Check its permissions.' }, cause);
}
