import { FERPLUS_CLASSES, mapClasses } from '../../shared/class-sets.ts';
import type { Split } from '../../shared/entities.ts';
import { ImportError } from '../../shared/errors.ts';
import { firstRecord } from './csv.ts';
import { type FerplusFiles, findFerplusFiles } from './ferplus-files.ts';
import { readVoteFiles, refuseWrongColumns, type VoteFile, type VoteRow } from './ferplus-votes.ts';
import type { Importer, OpenedSource, SourceRow } from './importer.ts';
import { KAGGLE_CLASSES, type KaggleRow, parsePixels, readKaggle } from './kaggle.ts';
import { loadImage, pixelImage } from './load-image.ts';
import { baseName, foldersOf, type SourceTree, type TreeEntry } from './source-tree.ts';
import { splitOfFolders } from './split-names.ts';
import type { Tally } from './tally.ts';
import { singleVote } from './vote-cells.ts';

const EXPECTED =
  'fer2013new.csv (or a label.csv beside each split’s images), and the fer*.png folders or Kaggle’s fer2013.csv';

/** FERPlus: Microsoft's votes joined with the faces of FER2013, PNGs by image name, Kaggle's rows by position. */
export const ferplus = {
  name: 'ferplus',
  label: 'FERPlus',
  layout: `${EXPECTED}; folders, a zip of them, or the single files together`,

  async sniff(tree) {
    const { table, lists, kaggle, images } = await findFerplusFiles(tree);
    if (table !== null || kaggle !== null || (lists.length > 0 && images.length > 0)) return 1;
    return images.length > 0 ? 0.6 : 0;
  },

  async open(tree) {
    const files = await findFerplusFiles(tree);
    if (files.table !== null) refuseWrongColumns(files.table, await firstRecord(files.table));
    const voteFiles: readonly VoteFile[] =
      files.table === null ? files.lists : [{ entry: files.table, layout: 'table' }];
    const opened = { classes: FERPLUS_CLASSES, unmappedClasses: [] };
    if (files.images.length > 0) {
      if (voteFiles.length === 0) throw votesMissing(tree, files);
      return { ...opened, ...named(voteFiles), rows: (tally) => joinImages(voteFiles, files.images, tally) };
    }
    const { kaggle, table } = files;
    if (kaggle === null) throw imagesMissing(tree, files);
    if (table !== null) {
      return { ...opened, ...named(voteFiles), rows: (tally) => joinPixels(voteFiles, kaggle, tally) };
    }
    if (voteFiles.length > 0) throw tableMissing(kaggle);
    return { ...opened, voteFiles: [kaggle.display], rows: (tally) => kaggleAlone(kaggle, tally) };
  },
} as const satisfies Importer;

function named(files: readonly VoteFile[]): Pick<OpenedSource, 'voteFiles'> {
  return { voteFiles: files.map(({ entry }) => entry.display) };
}

async function* joinImages(
  voteFiles: readonly VoteFile[],
  images: readonly TreeEntry[],
  tally: Tally,
): AsyncGenerator<SourceRow> {
  const { rows, names } = await readVoteFiles(voteFiles, tally);
  const byName = Map.groupBy(images, (entry) => baseName(entry.path));
  tally.total = rows.size;
  for (const row of rows.values()) {
    const entry = imageOf(row, byName.get(row.name) ?? []);
    if (entry === undefined) countMissing(row, tally);
    else yield { ...rowOf(row), imageFile: entry.display, load: () => loadImage(entry) };
  }
  for (const entry of images) if (!names.has(baseName(entry.path))) countVoteless(entry.display, null, tally);
}

/** Of several copies of an image the one in the row's own split counts. */
function imageOf(row: VoteRow, copies: readonly TreeEntry[]): TreeEntry | undefined {
  return copies.find(({ path }) => splitOfFolders(foldersOf(path)) === row.split) ?? copies[0];
}

/**
 * The rows of fer2013new.csv and of Kaggle's file stand in the same order, and that is what joins them (Microsoft's
 * generate_training_data.py): an image's number falls behind its position where unnamed rows were not counted.
 */
async function* joinPixels(voteFiles: readonly VoteFile[], kaggle: TreeEntry, tally: Tally): AsyncGenerator<SourceRow> {
  const rows = [...(await readVoteFiles(voteFiles, tally)).rows.values()];
  const missing = new Map(rows.map((row) => [row.position, row]));
  const tableLength = tally.rowsRead;
  tally.total = rows.length;
  for await (const { position, line, split, pixels } of readKaggle(kaggle)) {
    const row = missing.get(position);
    missing.delete(position);
    if (position >= tableLength) countVoteless(kaggle.display, line, tally, `row ${position + 1}`);
    if (row === undefined) continue;
    if (row.split !== split) throw otherOrder(row, kaggle, line);
    yield { ...rowOf(row), ...pixelsOf(kaggle, line, pixels) };
  }
  for (const row of missing.values()) countMissing(row, tally);
}

async function* kaggleAlone(kaggle: TreeEntry, tally: Tally): AsyncGenerator<SourceRow> {
  const { indices } = mapClasses(
    KAGGLE_CLASSES,
    FERPLUS_CLASSES.map(({ name }) => name),
  );
  for await (const row of readKaggle(kaggle)) {
    tally.rowsRead += 1;
    const split = soundSplit(row, kaggle, tally);
    if (split === null) continue;
    tally.countRow(split);
    const votes = singleVote(indices[row.emotion!]!, FERPLUS_CLASSES.length);
    const { line } = row;
    yield { key: keyOf(row), split, votes, voteFile: kaggle.display, line, ...pixelsOf(kaggle, line, row.pixels) };
  }
}

/** Not a FERPlus image name: which one the row is, only fer2013new.csv could tell. */
function keyOf({ position }: KaggleRow): string {
  return `fer2013-row-${String(position).padStart(7, '0')}`;
}

function soundSplit(row: KaggleRow, kaggle: TreeEntry, tally: Tally): Split | null {
  const place = { file: kaggle.display, line: row.line, what: `emotion of ${keyOf(row)}` };
  if (row.emotion === null) tally.skip('bad-label', place);
  else if (row.split === null) tally.skip('unknown-split', { ...place, what: `${keyOf(row)}: “${row.usage}”` });
  else return row.split;
  return null;
}

function rowOf(row: VoteRow): Omit<SourceRow, 'imageFile' | 'load'> {
  return { key: row.name, split: row.split, votes: row.votes, voteFile: row.file.display, line: row.line };
}

function pixelsOf({ display }: TreeEntry, line: number, pixels: string): Pick<SourceRow, 'imageFile' | 'load'> {
  return {
    imageFile: `${display}, line ${line}`,
    load: async () => pixelImage(parsePixels(pixels, display, line)),
  };
}

function countMissing(row: VoteRow, tally: Tally): void {
  tally.skip('image-missing', { file: row.file.display, line: row.line, what: row.name });
}

function countVoteless(file: string, line: number | null, tally: Tally, what = baseName(file)): void {
  tally.skip('no-votes', { file, line, what });
}

function otherOrder(row: VoteRow, kaggle: TreeEntry, line: number): ImportError {
  const where = `line ${row.line} of ${row.file.display} is ${row.split}, line ${line} of ${kaggle.display} is not`;
  return new ImportError(`The votes and Kaggle’s pixels do not stand in the same order: ${where}.`, {
    file: kaggle.display,
    line,
    remedy: 'Use fer2013new.csv and fer2013.csv as they were published, neither sorted nor shortened at its beginning.',
  });
}

function tableMissing(kaggle: TreeEntry): ImportError {
  return new ImportError('Kaggle’s rows name no image, so that a label.csv cannot be joined with them.', {
    file: kaggle.display,
    remedy: 'Choose fer2013new.csv as well, whose rows stand in Kaggle’s order, or the PNG folders.',
  });
}

function votesMissing(tree: SourceTree, files: FerplusFiles): ImportError {
  const seen = files.others.map(({ display }) => display);
  const but =
    seen.length === 0 ? 'no CSV file is' : `${seen.join(', ')} ${seen.length === 1 ? 'has' : 'have'} other columns`;
  return new ImportError(`FERPlus images are there, but not their votes: ${but}.`, {
    file: seen[0] ?? tree.roots[0],
    names: seen,
    remedy: 'Choose fer2013new.csv together with the images, or keep a label.csv beside each split’s images.',
  });
}

function imagesMissing(tree: SourceTree, files: FerplusFiles): ImportError {
  const seen = files.others.map(({ display }) => display);
  const [what, remedy] =
    files.table !== null || files.lists.length > 0
      ? [
          'the votes are there, but no images',
          'Choose the fer*.png folders or Kaggle’s fer2013.csv together with the votes.',
        ]
      : [
          seen.length === 0 ? 'none of its files is there' : `${seen.join(', ')} has other columns than its files`,
          `Expected: ${EXPECTED}. fer2013new.csv begins with Usage,Image name,neutral,…; fer2013.csv with emotion,pixels,Usage.`,
        ];
  return new ImportError(`This cannot be read as FERPlus: ${what}.`, {
    file: seen[0] ?? tree.roots[0],
    names: seen,
    remedy,
  });
}
