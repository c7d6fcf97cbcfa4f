import type { Skip } from '../../shared/contract/imports.ts';
import { SPLITS, type Split } from '../../shared/entities.ts';

/** Why a row or a file was left out, in the words of the report. */
export const SKIP_REASONS = {
  'no-name': 'The row names no image.',
  'duplicate-name': 'A later row names the same image; the later one counts.',
  'image-missing': 'The row’s image is not among the files given.',
  'unreadable-image': 'The image is damaged, too large or of no known format.',
  'bad-votes': 'A vote is not a whole number from 0 to 65535, or votes are missing.',
  'bad-label': 'The label is none of those the layout knows.',
  'unknown-split': 'The row says neither training, validation nor test.',
  'no-votes': 'The image has no row in the votes file (these are images, not rows).',
  'no-class-folder': 'The image lies in no class folder.',
  'class-left-out': 'The image’s class was chosen to be left out.',
  encrypted: 'The file is encrypted in its zip.',
  'too-large': 'The file is larger, or expands further, than any face image or list does.',
  'unsafe-path': 'The zip entry’s path is absolute or climbs out of its folder.',
  link: 'The link leads out of the chosen folder, nowhere, or stands in a zip.',
} as const;

export type SkipReason = keyof typeof SKIP_REASONS;

/** Where a skip happened; `line` counts from 1 and is null where there are no lines. */
export interface SkipPlace {
  readonly file: string;
  readonly line: number | null;
  readonly what: string;
}

const FIRST_PLACES = 5;

/** What one reading of a source has met so far: rows, rows per split, and skips by reason with their first places. */
export class Tally {
  rowsRead = 0;
  /** How many rows there will be, once that is known. */
  total: number | null = null;
  readonly #rows = new Map<Split, number>();
  readonly #skips = new Map<SkipReason, { count: number; readonly first: SkipPlace[] }>();

  /** Counts a sound row of a split, whether or not its image is there. */
  countRow(split: Split): void {
    this.#rows.set(split, (this.#rows.get(split) ?? 0) + 1);
  }

  skip(reason: SkipReason, place: SkipPlace): void {
    const known = this.#skips.get(reason);
    if (known === undefined) this.#skips.set(reason, { count: 1, first: [place] });
    else {
      known.count += 1;
      if (known.first.length < FIRST_PLACES) known.first.push(place);
    }
  }

  /** Splits with any sound row, in their usual order. */
  rowsBySplit(): { split: Split; rows: number }[] {
    return SPLITS.flatMap((split) => {
      const rows = this.#rows.get(split);
      return rows === undefined ? [] : [{ split, rows }];
    });
  }

  /** The skips in the shape of the report, most frequent first. */
  skips(): Skip[] {
    return [...this.#skips]
      .map(([reason, { count, first }]) => ({ reason, explanation: SKIP_REASONS[reason], count, first: [...first] }))
      .sort((a, b) => b.count - a.count);
  }
}
