import { pipeline } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { ImportError } from '../../shared/errors.ts';
import type { TreeEntry } from './source-tree.ts';

/** A record of a CSV file and the line it ends on, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

const LONGEST_RECORD = 1 << 20;

/**
 * The records of a CSV file one after another, however long the file is; empty lines are passed over.
 * Throws ImportError naming file and line where the text is no CSV, or a record exceeds a megabyte.
 */
export async function* readCsv(entry: TreeEntry): AsyncGenerator<CsvRecord> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
  });
  const source = await entry.stream();
  pipeline(source, parser, () => undefined);
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: Info; record: string[] }>) {
      yield { line: info.lines, fields: record };
    }
  } catch (error) {
    throw asImportError(error, entry, parser.info.lines);
  } finally {
    source.destroy();
    parser.destroy();
  }
}

/** The first record of a CSV file, or null if it is empty. Throws as `readCsv` does. */
export async function firstRecord(entry: TreeEntry): Promise<readonly string[] | null> {
  for await (const { fields } of readCsv(entry)) return fields;
  return null;
}

function asImportError(error: unknown, entry: TreeEntry, line: number): ImportError {
  if (error instanceof ImportError) return error;
  const why = error instanceof Error ? error.message : String(error);
  const where = error instanceof CsvError ? { file: entry.display, line } : { file: entry.display };
  return new ImportError(`${entry.display} cannot be read as CSV: ${why}`, where, error);
}
