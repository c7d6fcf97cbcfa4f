import { type ClassInfo, canonicalClassName, FERPLUS_CLASSES } from '../../shared/class-sets.ts';
import { ImportError } from '../../shared/errors.ts';
import { type ClassImage, classImages } from './class-layout.ts';
import { type Importer, SKIP_CLASS, type SourceRow } from './importer.ts';
import { loadImage } from './load-image.ts';
import type { Tally } from './tally.ts';
import { singleVote } from './vote-cells.ts';

/** A folder a class, optionally inside a folder a split; each image has one vote, for its folder's class. */
export const classFolders = {
  name: 'class-folders',
  label: 'Folders named by class',
  layout: 'happy/*.jpg, sad/*.jpg …, or train/happy/*.jpg, test/happy/*.jpg …; folders or a zip of them',

  async sniff(tree) {
    const images = classImages(tree);
    const inClasses = images.filter(({ className }) => className !== null);
    if (inClasses.length === 0) return 0;
    const known = inClasses.filter(({ className }) => canonicalClassName(className!) !== null);
    return 0.1 + 0.8 * (known.length / images.length);
  },

  async open(tree, { classMap }) {
    const images = classImages(tree);
    const names = [...new Set(images.flatMap(({ className }) => className ?? []))].sort();
    if (names.length === 0) {
      throw new ImportError('This cannot be read as class folders: no image lies in a folder named by its class.', {
        file: tree.roots[0],
        remedy: 'Put the images into folders such as happy, sad or angry, optionally inside train, valid and test.',
      });
    }
    const targets = new Map(names.map((name) => [name, targetOf(name, classMap)]));
    const classes = orderedClasses([...targets.values()]);
    return {
      classes,
      unmappedClasses: names.filter((name) => targets.get(name) === null),
      voteFiles: voteFilesOf(images),
      rows: (tally) => rowsOf(images, targets, classes, tally),
    };
  },
} as const satisfies Importer;

/** What a folder's name means: a class, SKIP_CLASS, or null where nobody has said. */
function targetOf(name: string, classMap: Readonly<Record<string, string>>): string | null {
  const chosen = Object.hasOwn(classMap, name) ? classMap[name]!.trim() : '';
  if (chosen === '') return canonicalClassName(name);
  return chosen === SKIP_CLASS ? SKIP_CLASS : (canonicalClassName(chosen) ?? chosen);
}

/** FERPlus's classes first and in its order, then new ones by name. */
function orderedClasses(targets: readonly (string | null)[]): ClassInfo[] {
  const wanted = new Set(targets.filter((target) => target !== null && target !== SKIP_CLASS));
  const known = FERPLUS_CLASSES.filter(({ name }) => wanted.delete(name));
  return [...known, ...[...wanted].sort().map((name) => ({ name: name!, emotion: true }))];
}

/** The vote is the folder's name, so that the chosen folder or zip stands for the votes file. */
function voteFileOf({ entry }: ClassImage): string {
  return entry.display.slice(0, entry.display.indexOf('/'));
}

function voteFilesOf(images: readonly ClassImage[]): string[] {
  return [...new Set(images.filter(({ className }) => className !== null).map(voteFileOf))];
}

async function* rowsOf(
  images: readonly ClassImage[],
  targets: ReadonlyMap<string, string | null>,
  classes: readonly ClassInfo[],
  tally: Tally,
): AsyncGenerator<SourceRow> {
  const keys = new Set<string>();
  const indexOf = new Map(classes.map(({ name }, index) => [name, index]));
  tally.total = images.length;
  for (const image of images) {
    const { entry, split, className, key } = image;
    const place = { file: entry.display, line: null, what: entry.path };
    tally.rowsRead += 1;
    const target = className === null ? null : targets.get(className);
    const index = indexOf.get(target ?? '');
    if (className === null) tally.skip('no-class-folder', place);
    else if (target === SKIP_CLASS) tally.skip('class-left-out', place);
    else if (keys.has(key)) tally.skip('duplicate-name', place);
    else if (index !== undefined) {
      keys.add(key);
      tally.countRow(split);
      const votes = singleVote(index, classes.length);
      const imageFile = entry.display;
      yield { key, split, votes, voteFile: voteFileOf(image), line: 0, imageFile, load: () => loadImage(entry) };
    }
  }
}
