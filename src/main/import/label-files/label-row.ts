import type { TreeEntry } from '../source-tree.ts';

/** Where a row of a label file stands; `line` counts from 1. */
export interface LabelPlace {
  readonly file: string;
  readonly line: number;
}

/** One label as somebody else gave it: names as they are written in the file. */
export interface LabelRow {
  readonly place: LabelPlace;
  readonly face: string;
  readonly label: string;
  /** Null where the file does not say who, or when. */
  readonly annotator: string | null;
  /** Milliseconds since 1970. */
  readonly at: number | null;
  readonly note: string;
}

/** A row that cannot be read, and why. */
export interface BadLabelRow {
  readonly place: LabelPlace;
  readonly problem: string;
}

/** What a reader makes of a row: a label, a problem, or null where the row is sound but labels nothing. */
export type ReadLabel = LabelRow | BadLabelRow | null;

export const isBad = (row: LabelRow | BadLabelRow): row is BadLabelRow => 'problem' in row;

/** One layout of label files. To add one: a file with such an object, and its line in `index.ts`. */
export interface LabelReader<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  /** One line of help: what such a file looks like. */
  readonly layout: string;
  /** Whether a file of this beginning (some kilobytes) is of this layout. */
  sniff(head: string): boolean;
  /** The file row by row. Throws ImportError naming file and line where it cannot be read at all. */
  read(entry: TreeEntry): AsyncGenerator<ReadLabel>;
}

/** Milliseconds of a time in ISO 8601 or as a number, null of an empty text; NaN of anything else. */
export function timeOf(value: string | number | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'number' ? value : Date.parse(value);
}
