import { RAFDB_CLASSES } from '../../shared/class-sets.ts';
import type { Split } from '../../shared/entities.ts';
import { ImportError } from '../../shared/errors.ts';
import { hasImageName } from './image-type.ts';
import type { Importer, SourceRow } from './importer.ts';
import { loadImage } from './load-image.ts';
import { baseName, type SourceTree, type TreeEntry } from './source-tree.ts';
import type { Tally } from './tally.ts';
import { singleVote } from './vote-cells.ts';

/** The distribution spells it “patition”; copies sometimes mend it. */
const LIST_NAME = /^list_par?tition_label\.txt$/i;
const LARGEST_LIST_BYTES = 64 * 1024 * 1024;
const IMAGE_NAME = /^(train|test)_\d+(_aligned)?\.[a-z]+$/i;

/** RAF-DB basic: one label a face, aligned or original images (DESIGN section 3). */
export const rafdb = {
  name: 'rafdb',
  label: 'RAF-DB (basic)',
  layout: 'EmoLabel/list_patition_label.txt and Image/aligned/*_aligned.jpg or Image/original/*.jpg; folders or a zip',

  async sniff(tree) {
    if (findList(tree) !== null) return 1;
    return findImages(tree).length > 0 ? 0.5 : 0;
  },

  async open(tree) {
    const list = findList(tree);
    const images = findImages(tree);
    if (list === null) throw missing(tree, 'EmoLabel/list_patition_label.txt');
    if (images.length === 0) throw missing(tree, 'images such as Image/aligned/train_00001_aligned.jpg');
    return {
      classes: RAFDB_CLASSES,
      unmappedClasses: [],
      voteFiles: [list.display],
      rows: (tally) => joinRows(list, images, tally),
    };
  },
} as const satisfies Importer;

function findList(tree: SourceTree): TreeEntry | null {
  return tree.entries.find(({ path }) => LIST_NAME.test(baseName(path))) ?? null;
}

function findImages(tree: SourceTree): TreeEntry[] {
  return tree.entries.filter(({ path }) => IMAGE_NAME.test(baseName(path)) && hasImageName(path));
}

interface LabelRow {
  readonly name: string;
  readonly split: Split;
  readonly label: number;
  readonly line: number;
}

async function* joinRows(list: TreeEntry, images: readonly TreeEntry[], tally: Tally): AsyncGenerator<SourceRow> {
  const rows = await readLabels(list, tally);
  const byStem = imagesByStem(images);
  tally.total = rows.size;
  for (const { name, split, label, line } of rows.values()) {
    const entry = byStem.get(stemOf(name));
    tally.countRow(split);
    if (entry === undefined) tally.skip('image-missing', { file: list.display, line, what: name });
    else {
      const votes = singleVote(label - 1, RAFDB_CLASSES.length);
      const voteFile = list.display;
      yield { key: name, split, votes, voteFile, line, imageFile: entry.display, load: () => loadImage(entry) };
    }
    byStem.delete(stemOf(name));
  }
  for (const entry of byStem.values()) {
    tally.skip('no-votes', { file: entry.display, line: null, what: baseName(entry.path) });
  }
}

/** Aligned faces if there are any, originals otherwise: the two are never mixed in one dataset. */
function imagesByStem(images: readonly TreeEntry[]): Map<string, TreeEntry> {
  const aligned = images.filter(({ path }) => /_aligned\.[a-z]+$/i.test(path));
  return new Map((aligned.length > 0 ? aligned : images).map((entry) => [stemOf(baseName(entry.path)), entry]));
}

function stemOf(name: string): string {
  return name.replace(/(_aligned)?\.[a-z]+$/i, '').toLowerCase();
}

async function readLabels(list: TreeEntry, tally: Tally): Promise<Map<string, LabelRow>> {
  const rows = new Map<string, LabelRow>();
  const text = (await list.read(LARGEST_LIST_BYTES)).toString('utf8').replace(/^\uFEFF/, '');
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '') continue;
    const line = index + 1;
    tally.rowsRead += 1;
    const [name = '', cell = ''] = content.trim().split(/\s+/);
    const place = { file: list.display, line, what: content.trim().slice(0, 200) };
    const split = /^(train|test)_/i.exec(name)?.[1]?.toLowerCase() as Split | undefined;
    const earlier = rows.get(name);
    if (!/^[1-7]$/.test(cell)) tally.skip('bad-label', place);
    else if (split === undefined) tally.skip('unknown-split', place);
    else {
      if (earlier !== undefined) tally.skip('duplicate-name', { ...place, line: earlier.line, what: name });
      rows.set(name, { name, split, label: Number(cell), line });
    }
  }
  return rows;
}

function missing(tree: SourceTree, what: string): ImportError {
  return new ImportError(`This cannot be read as RAF-DB: ${what} is not there.`, {
    file: tree.roots[0],
    remedy: 'Choose the folder (or zip) that holds both EmoLabel and Image.',
  });
}
