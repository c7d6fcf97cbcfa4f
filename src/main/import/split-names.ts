import type { Split } from '../../shared/entities.ts';

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  fer2013train: 'train',
  val: 'valid',
  valid: 'valid',
  validate: 'valid',
  validation: 'valid',
  dev: 'valid',
  publictest: 'valid',
  fer2013valid: 'valid',
  test: 'test',
  testing: 'test',
  privatetest: 'test',
  fer2013test: 'test',
};

/** The split that a folder's name or a `Usage` cell means, in any case, or null if it means none. */
export function splitOfName(name: string): Split | null {
  return SPLIT_NAMES[name.trim().toLowerCase()] ?? null;
}

/** The split that the innermost folder named like one gives, or null. `folders` stand outermost first. */
export function splitOfFolders(folders: readonly string[]): Split | null {
  for (const folder of folders.toReversed()) {
    const split = splitOfName(folder);
    if (split !== null) return split;
  }
  return null;
}
