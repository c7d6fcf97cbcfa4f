import { ImportError } from '../../shared/errors.ts';
import type { TreeEntry } from './source-tree.ts';

const LONGEST_LINE = 1 << 20;
const NEWLINE = 10;

/** A line of a text file, counted from 1, without its end. */
export interface TextLine {
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of a text file one after another, at disk speed and however long the file is.
 * Throws ImportError naming the file if it is damaged, or the line if it exceeds a megabyte.
 */
export async function* readLines(entry: TreeEntry): AsyncGenerator<TextLine> {
  const source = await entry.stream();
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE, start)) {
        line += 1;
        yield { line, text: decodeLine(text.subarray(start, end)) };
        start = end + 1;
      }
      rest = text.subarray(start);
      if (rest.length > LONGEST_LINE) throw tooLong(entry, line + 1);
    }
    if (rest.length > 0) yield { line: line + 1, text: decodeLine(rest) };
  } catch (error) {
    if (error instanceof ImportError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ImportError(`${entry.display} cannot be read: ${why}`, { file: entry.display }, error);
  } finally {
    source.destroy();
  }
}

function decodeLine(bytes: Buffer): string {
  return bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r$/, '');
}

function tooLong(entry: TreeEntry, line: number): ImportError {
  return new ImportError(`Line ${line} of ${entry.display} is longer than a megabyte.`, { file: entry.display, line });
}
