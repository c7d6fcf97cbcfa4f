import { ORPCError } from '@orpc/server';
import { CommanderError } from 'commander';
import { errorDetailSchema } from '../../../shared/entities.ts';
import { ERROR_CODES, type ErrorCode, type ErrorRecord, toErrorRecord } from '../../../shared/errors.ts';
import { rowsAsText } from './table.ts';

export const DONE = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;

/** The plain form of anything a command may throw. */
export function recordOf(error: unknown): ErrorRecord {
  if (error instanceof CommanderError) {
    const remedy = 'Add --help to see what the command takes.';
    return { code: 'USAGE', message: error.message.replace(/^error: /, ''), detail: { remedy } };
  }
  if (error instanceof ORPCError && isErrorCode(error.code)) {
    const detail = errorDetailSchema.safeParse(error.data);
    return { code: error.code, message: error.message, detail: detail.success ? detail.data : {} };
  }
  return toErrorRecord(error);
}

export const exitCodeOf = (record: ErrorRecord): number => (record.code === 'USAGE' ? WRONG_USAGE : FAILED);

/** An error's table is cut here; `--json` has all of it. */
const MOST_ROWS = 30;

/** An error in words: what happened, where, what was kept and what to do. */
export function explain({ message, detail }: ErrorRecord): string {
  const { file, line, names, kept, remedy, table } = detail;
  const place = file === undefined ? null : `  in ${file}${line === undefined ? '' : `, line ${line}`}`;
  const hasNames = names !== undefined && names.length > 0 && table === undefined;
  const known = hasNames ? `  names: ${names.join(', ')}` : null;
  const rows = table === undefined ? null : rowsAsText(table, MOST_ROWS);
  return [message, place, known, rows, kept, remedy].filter((part) => typeof part === 'string').join('\n');
}

const isErrorCode = (code: string): code is ErrorCode => (ERROR_CODES as readonly string[]).includes(code);
