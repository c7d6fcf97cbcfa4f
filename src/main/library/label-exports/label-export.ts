import type { ClassInfo } from '../../../shared/class-sets.ts';
import type { Split } from '../../../shared/entities.ts';
import type { StoredImage } from '../images.ts';

/** A label that a named annotator gave; `label` is a class of the dataset, `at` milliseconds since 1970. */
export interface NamedLabel {
  readonly annotator: string;
  readonly label: number;
  readonly at: number;
  readonly note: string;
}

/** One face as an export sees it: the crowd's word, what it came to, and what each annotator says now. */
export interface ExportedFace {
  readonly id: number;
  readonly key: string;
  readonly split: Split;
  /** As imported. */
  readonly votes: readonly number[];
  /** With what annotators added and took. */
  readonly currentVotes: readonly number[];
  /** The current label, null without any. */
  readonly label: number | null;
  /** The label of an annotator that stands, null where the crowd's does. */
  readonly relabel: NamedLabel | null;
  /** The newest label of each annotator who gave one. */
  readonly byAnnotator: readonly NamedLabel[];
}

/** All that an export may write. */
export interface LabelSource {
  readonly dataset: string;
  readonly kind: string;
  readonly classes: readonly ClassInfo[];
  readonly voteFiles: readonly string[];
  readonly exportedAt: number;
  faces(): Iterable<ExportedFace>;
  /** Every event of the dataset in its order, as an object for JSON. */
  history(): Iterable<object>;
  image(faceId: number): StoredImage;
}

/** What one writing has to hand. Files are made in `folder`, named after `name`, and moved into place when all are whole. */
export interface LabelTarget {
  readonly folder: string;
  readonly name: string;
  /** Which votes stand in the columns that FERPlus's tools read. */
  readonly votes: 'original' | 'relabelled';
  /** Put before a face's name where another tool should find its image. */
  readonly imagePrefix: string;
  /** Called after each face; rejects once the work should stop. */
  tick(): Promise<void>;
}

/** What was left out, and why. */
export interface LabelsWritten {
  readonly faces: number;
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
}

/** One layout of exported labels. To add one: a file with such an object, and its line in `index.ts`. */
export interface LabelExport<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  readonly explanation: string;
  /** What its main file or folder ends on, such as `.csv`. */
  readonly suffix: string;
  write(source: LabelSource, target: LabelTarget): Promise<LabelsWritten>;
}

/** The time of an event as it is written: ISO 8601 in UTC with milliseconds, so that it is read back exactly. */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
