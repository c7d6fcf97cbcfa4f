import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { ImportError, NotFoundError, UsageError } from '../../../shared/errors.ts';
import { fileEntry } from '../../import/folder-tree.ts';
import { isHistory, type LabelHistory, readHistory } from '../../import/label-files/history.ts';
import { LABEL_READERS } from '../../import/label-files/index.ts';
import type { LabelReader, ReadLabel } from '../../import/label-files/label-row.ts';

const HEAD = 8192;

/** A label file read whole: its rows, and the history that restores them where there is one. */
export interface LabelFile {
  readonly format: string;
  readonly files: readonly string[];
  readonly rows: readonly ReadLabel[];
  readonly history: LabelHistory | null;
}

/**
 * Reads a file of labels. A history beside a table (`NAME.history.jsonl` to `NAME.csv`) is read with it, and a history
 * is its own, unless `withHistory` is false. Throws ImportError naming file and line, NotFoundError, UsageError.
 */
export async function readLabelFile(path: string, format: string | null, withHistory: boolean): Promise<LabelFile> {
  const file = resolve(path);
  if (!existsSync(file)) throw new NotFoundError(`There is nothing at ${file}.`, { file, remedy: 'Check the path.' });
  const name = basename(file);
  const head = await headOf(file);
  const reader = format === null ? guess(head, file) : readerNamed(format);
  const entry = fileEntry(file, name, name);
  const beside = file.replace(/\.csv$/i, '.history.jsonl');
  if (withHistory && reader.name === 'jsonl' && isHistory(head)) {
    return { format: reader.name, files: [file], rows: [], history: await readHistory(entry) };
  }
  const rows: ReadLabel[] = [];
  for await (const row of reader.read(entry)) rows.push(row);
  if (!withHistory || beside === file || !existsSync(beside)) {
    return { format: reader.name, files: [file], rows, history: null };
  }
  const history = await readHistory(fileEntry(beside, basename(beside), basename(beside)));
  return { format: reader.name, files: [file, beside], rows, history };
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file).catch((error: unknown) => {
    throw new ImportError(`${file} cannot be opened: ${(error as Error).message}`, { file }, error);
  });
  try {
    const bytes = Buffer.alloc(HEAD);
    const { bytesRead } = await handle.read(bytes, 0, HEAD, 0).catch((error: unknown) => {
      throw new ImportError(`${file} cannot be read: ${(error as Error).message}`, { file }, error);
    });
    return bytes
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } finally {
    await handle.close();
  }
}

function guess(head: string, file: string): LabelReader {
  const found = LABEL_READERS.find((reader) => reader.sniff(head));
  if (found !== undefined) return found;
  throw new ImportError(`${file} is no file of labels that is known here.`, {
    file,
    names: LABEL_READERS.map(({ name }) => name),
    remedy: LABEL_READERS.map(({ label, layout }) => `${label}: ${layout}`).join('; '),
  });
}

function readerNamed(name: string): LabelReader {
  const found = LABEL_READERS.find((reader) => reader.name === name);
  if (found !== undefined) return found;
  const names = LABEL_READERS.map((reader) => reader.name);
  throw new UsageError(`Labels are not imported from “${name}”.`, {
    field: 'format',
    names,
    remedy: `Use ${names.join(', ')}.`,
  });
}
