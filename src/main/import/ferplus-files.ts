import { firstRecord } from './csv.ts';
import { isVoteTable, type VoteFile } from './ferplus-votes.ts';
import { hasImageName } from './image-type.ts';
import { isKaggleTable } from './kaggle.ts';
import { baseName, type SourceTree, type TreeEntry } from './source-tree.ts';

/** The parts of a FERPlus copy that were found. */
export interface FerplusFiles {
  /** The file named `fer2013new.csv`, or else a CSV with its columns. */
  readonly table: TreeEntry | null;
  readonly lists: readonly VoteFile[];
  readonly kaggle: TreeEntry | null;
  readonly images: readonly TreeEntry[];
  /** Other CSV files, for an error to name. */
  readonly others: readonly TreeEntry[];
}

const TABLE_NAME = 'fer2013new.csv';
const LIST_NAME = 'label.csv';
const IMAGE_NAME = /^fer\d{7}\.[a-z]+$/i;
/** Heads of no more unknown CSV files than this are read. */
const MOST_HEADS = 20;

/** Finds FERPlus's files at any depth: tables by their name or their header, images by their names. */
export async function findFerplusFiles(tree: SourceTree): Promise<FerplusFiles> {
  const tables: TreeEntry[] = [];
  const lists: VoteFile[] = [];
  const kaggles: TreeEntry[] = [];
  const images: TreeEntry[] = [];
  const others: TreeEntry[] = [];
  for (const entry of tree.entries) {
    const name = baseName(entry.path).toLowerCase();
    if (name === TABLE_NAME) tables.unshift(entry);
    else if (name === LIST_NAME) lists.push({ entry, layout: 'folder-list' });
    else if (IMAGE_NAME.test(name) && hasImageName(name)) images.push(entry);
    else if (name.endsWith('.csv') && tables.length + kaggles.length + others.length < MOST_HEADS) {
      const header = await firstRecord(entry).catch(() => null);
      if (header !== null && isVoteTable(header)) tables.push(entry);
      else if (header !== null && isKaggleTable(header)) kaggles.push(entry);
      else others.push(entry);
    }
  }
  return { table: tables[0] ?? null, lists, kaggle: kaggles[0] ?? null, images, others };
}
