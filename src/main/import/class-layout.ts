import { canonicalClassName } from '../../shared/class-sets.ts';
import type { Split } from '../../shared/entities.ts';
import { hasImageName } from './image-type.ts';
import { baseName, foldersOf, type SourceTree, type TreeEntry } from './source-tree.ts';
import { splitOfName } from './split-names.ts';

/** An image in a tree of class folders. `className` is the folder's own name, null where no folder is left for it. */
export interface ClassImage {
  readonly entry: TreeEntry;
  readonly split: Split;
  readonly className: string | null;
  /** Split, class folder and what lies below it: the same however much of the tree was chosen. */
  readonly key: string;
}

/**
 * Reads class/… and split/class/… below any wrapping folders that all images share. A chosen folder that is itself
 * named like a split gives its split to images that lie in none.
 */
export function classImages(tree: SourceTree): ClassImage[] {
  const images = tree.entries.filter(({ path }) => hasImageName(path));
  if (images.length === 0) return [];
  const wrapping = wrappingFolders(images.map(({ path }) => foldersOf(path)));
  const rootSplit = (tree.roots.length === 1 ? splitOfName(tree.name) : null) ?? 'none';
  return images.map((entry) => {
    const folders = foldersOf(entry.path).slice(wrapping);
    const ownSplit = folders.length > 0 ? splitOfName(folders[0]!) : null;
    const rest = ownSplit === null ? folders : folders.slice(1);
    const split = ownSplit ?? rootSplit;
    const key = [...(split === 'none' ? [] : [split]), ...rest, baseName(entry.path)].join('/');
    return { entry, split, className: rest[0] ?? null, key };
  });
}

/** How many outer folders all images share that are neither a split nor a class, leaving at least one. */
function wrappingFolders(paths: readonly (readonly string[])[]): number {
  const deepest = Math.min(...paths.map((folders) => folders.length)) - 1;
  let count = 0;
  while (count < deepest) {
    const name = paths[0]![count]!;
    const shared = paths.every((folders) => folders[count] === name);
    if (!shared || splitOfName(name) !== null || canonicalClassName(name) !== null) break;
    count += 1;
  }
  return count;
}
