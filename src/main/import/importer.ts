import type { ClassInfo } from '../../shared/class-sets.ts';
import type { Split } from '../../shared/entities.ts';
import type { LoadedImage } from './load-image.ts';
import type { SourceTree } from './source-tree.ts';
import type { Tally } from './tally.ts';

/** One face as a layout describes it. `votes` stand in class order; `image` is read only when asked for. */
export interface SourceRow {
  readonly key: string;
  readonly split: Split;
  readonly votes: readonly number[];
  /** The file the votes were read from, and their line in it (0 where votes come from a folder's name). */
  readonly voteFile: string;
  readonly line: number;
  readonly imageFile: string;
  /** Throws ImportError if the image cannot be read. */
  load(): Promise<LoadedImage>;
}

/** A source understood as one layout. */
export interface OpenedSource {
  readonly classes: readonly ClassInfo[];
  /** Class names nobody could map; importing is refused until each is mapped. */
  readonly unmappedClasses: readonly string[];
  readonly voteFiles: readonly string[];
  /**
   * Every row whose image is there, one after another. What is skipped, and why, is counted in `tally`.
   * Each call reads the source again. Throws ImportError where a whole file cannot be read.
   */
  rows(tally: Tally): AsyncIterable<SourceRow>;
}

export interface OpenOptions {
  /** What the source's own class names mean: a class of the field, a new class, or SKIP_CLASS. */
  readonly classMap: Readonly<Record<string, string>>;
}

/** The target in a class map that leaves a class out. */
export const SKIP_CLASS = 'skip';

/** One dataset layout. To add one: a file with such an object, and its line in `index.ts`. */
export interface Importer {
  readonly name: string;
  readonly label: string;
  /** One line of help: which files the layout has. */
  readonly layout: string;
  /** From 0 (not this layout) to 1 (surely this), from names and at most the heads of a few files. */
  sniff(tree: SourceTree): Promise<number>;
  /** Finds the layout's files. Throws ImportError naming what is missing or wrong. */
  open(tree: SourceTree, options: OpenOptions): Promise<OpenedSource>;
}
