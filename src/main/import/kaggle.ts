import type { Split } from '../../shared/entities.ts';
import { ImportError } from '../../shared/errors.ts';
import { readCsv } from './csv.ts';
import type { DecodedImage } from './image.ts';
import type { TreeEntry } from './source-tree.ts';
import { splitOfName } from './split-names.ts';

/** Kaggle's own classes in the order of its `emotion` column. */
export const KAGGLE_CLASSES = ['anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise', 'neutral'] as const;

const SIZE = 48;
const PIXELS = SIZE * SIZE;
const COLUMNS = ['emotion', 'pixels', 'usage'] as const;

/** One data row of Kaggle's `fer2013.csv`. It names no image: only its position says which face it is. */
export interface KaggleRow {
  /** Counted from 0 over the data rows. */
  readonly position: number;
  readonly line: number;
  /** Index into KAGGLE_CLASSES, or null where the cell is no such number. */
  readonly emotion: number | null;
  readonly usage: string;
  readonly split: Split | null;
  /** The cell of 2304 grey values, for `parsePixels`. */
  readonly pixels: string;
}

/** Whether a first record is the header of Kaggle's `fer2013.csv` or `icml_face_data.csv`. */
export function isKaggleTable(header: readonly string[]): boolean {
  const present = new Set(header.map((column) => column.trim().toLowerCase()));
  return COLUMNS.every((column) => present.has(column));
}

/** The rows one after another; the file has 300 MB and is never held whole. Throws ImportError as `readCsv` does. */
export async function* readKaggle(entry: TreeEntry): AsyncGenerator<KaggleRow> {
  let at: readonly number[] | null = null;
  let position = 0;
  for await (const { line, fields } of readCsv(entry)) {
    if (at === null) {
      const header = fields.map((column) => column.trim().toLowerCase());
      at = COLUMNS.map((column) => header.indexOf(column));
      continue;
    }
    const [emotion, pixels, usage] = at.map((column) => fields[column] ?? '') as [string, string, string];
    yield {
      position,
      line,
      emotion: /^[0-6]$/.test(emotion.trim()) ? Number(emotion) : null,
      usage,
      split: splitOfName(usage),
      pixels,
    };
    position += 1;
  }
}

/** 48×48 grey pixels of a cell of 2304 numbers from 0 to 255. Throws ImportError naming the file and line. */
export function parsePixels(cell: string, file: string, line: number): DecodedImage {
  const data = new Uint8Array(PIXELS);
  const values = cell.trim().split(' ');
  const sound = values.length === PIXELS && values.every((value) => /^\d{1,3}$/.test(value) && Number(value) <= 255);
  if (!sound) {
    throw new ImportError(`Line ${line} of ${file} does not hold ${PIXELS} grey values from 0 to 255.`, { file, line });
  }
  for (let index = 0; index < PIXELS; index += 1) data[index] = Number(values[index]);
  return { width: SIZE, height: SIZE, channels: 1, data };
}
