import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConflictError } from '../../../shared/errors.ts';

/** A model's folder while it is being made: in place only when all of it is there. */
export interface ModelFolder {
  /** Where to write the files meanwhile, beside the folder's own place. */
  readonly unfinished: string;
  /** Puts the files in their place and resolves to their names. */
  publish(): readonly string[];
  /** Removes what was written, unless it was published. */
  discard(): void;
}

/**
 * Begins a model's folder. Throws ConflictError where something stands at its place; with `force` a folder may, whose
 * files of the same names are then replaced one by one.
 */
export function beginModelFolder(folder: string, force: boolean): ModelFolder {
  const isThere = refuseTaken(folder, force);
  const created = mkdirSync(dirname(folder), { recursive: true });
  const unfinished = join(dirname(folder), `${basename(folder)}.${randomUUID()}.part`);
  mkdirSync(unfinished);
  let isPublished = false;
  return {
    unfinished,
    publish() {
      const files = readdirSync(unfinished).toSorted();
      if (isThere) for (const file of files) renameSync(join(unfinished, file), join(folder, file));
      else replaceEmpty(folder, unfinished);
      isPublished = true;
      if (isThere) rmdirSync(unfinished);
      return files;
    },
    discard() {
      if (isPublished) return;
      rmSync(unfinished, { recursive: true, force: true });
      if (created !== undefined) removeEmpty(dirname(folder), created);
    },
  };
}

/** True where the folder is there with files in it that may be replaced. */
function refuseTaken(folder: string, force: boolean): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (!stat.isDirectory()) throw new ConflictError(`${folder} is there and is no folder.`, { file: folder });
  const isEmpty = readdirSync(folder).length === 0;
  if (isEmpty || force) return !isEmpty;
  throw new ConflictError(`The folder ${folder} is not empty.`, {
    file: folder,
    kept: 'It is as it was.',
    remedy: 'Name another folder, or replace the model in this one with --force.',
  });
}

function replaceEmpty(folder: string, unfinished: string): void {
  if (existsSync(folder)) rmdirSync(folder);
  renameSync(unfinished, folder);
}

/** Removes the folders from `inner` up to `outer` as far as nothing is in them. */
function removeEmpty(inner: string, outer: string): void {
  try {
    rmdirSync(inner);
    if (inner !== outer) removeEmpty(dirname(inner), outer);
  } catch {
    // Somebody else put something there.
  }
}
