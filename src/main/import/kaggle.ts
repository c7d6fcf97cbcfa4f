import type { Split } from '../../shared/entities.ts';
import { ImportError } from '../../shared/errors.ts';
import type { DecodedImage } from './image.ts';
import type { TreeEntry } from './source-tree.ts';
import { splitOfName } from './split-names.ts';
import { readLines } from './text-lines.ts';

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

/**
 * The rows one after another; the file has 300 MB and is never held whole. No cell of it holds a comma or a line end,
 * so that it is split by them alone, ten times as fast as by a CSV parser. Throws ImportError as `readLines` does.
 */
export async function* readKaggle(entry: TreeEntry): AsyncGenerator<KaggleRow> {
  let at: readonly number[] | null = null;
  let position = 0;
  for await (const { line, text } of readLines(entry)) {
    if (text === '') continue;
    const cells = text.split(',').map(unquoted);
    if (at === null) {
      const header = cells.map((column) => column.toLowerCase());
      at = COLUMNS.map((column) => header.indexOf(column));
      continue;
    }
    const [emotion, pixels, usage] = at.map((column) => cells[column] ?? '') as [string, string, string];
    yield {
      position,
      line,
      emotion: /^[0-6]$/.test(emotion) ? Number(emotion) : null,
      usage,
      split: splitOfName(usage),
      pixels,
    };
    position += 1;
  }
}

function unquoted(cell: string): string {
  const text = cell.trim();
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

const SPACE = 32;
const ZERO = 48;

/** 48×48 grey pixels of a cell of 2304 numbers from 0 to 255. Throws ImportError naming the file and line. */
export function parsePixels(cell: string, file: string, line: number): DecodedImage {
  const data = new Uint8Array(PIXELS);
  let count = 0;
  let value = -1;
  for (let index = 0; index <= cell.length; index += 1) {
    const code = index === cell.length ? SPACE : cell.charCodeAt(index);
    const digit = code - ZERO;
    if (digit >= 0 && digit <= 9) value = Math.max(value, 0) * 10 + digit;
    else if (code !== SPACE) throw badPixels(file, line);
    else if (value >= 0) {
      if (value > 255 || count === PIXELS) throw badPixels(file, line);
      data[count] = value;
      count += 1;
      value = -1;
    }
  }
  if (count !== PIXELS) throw badPixels(file, line);
  return { width: SIZE, height: SIZE, channels: 1, data };
}

function badPixels(file: string, line: number): ImportError {
  return new ImportError(`Line ${line} of ${file} does not hold ${PIXELS} grey values from 0 to 255.`, { file, line });
}
