import { isDefinedError, ORPCError } from '@orpc/client';
import { errorDetailSchema } from '../shared/entities.ts';
import { CountenanceError, ERROR_CODES, type ErrorCode, type ErrorRecord, toErrorRecord } from '../shared/errors.ts';

const isCode = (code: string): code is ErrorCode => (ERROR_CODES as readonly string[]).includes(code);

/** Turns anything a call to the backend threw into the record that `error-state.vue` explains. */
export function toRecord(error: unknown): ErrorRecord {
  if (error instanceof CountenanceError) return toErrorRecord(error);
  if (error instanceof ORPCError) {
    const detail = errorDetailSchema.safeParse(error.data);
    const code = isCode(error.code) ? error.code : error.code === 'BAD_REQUEST' ? 'USAGE' : 'INTERNAL';
    return { code, message: error.message, detail: isDefinedError(error) && detail.success ? detail.data : {} };
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return {
      code: 'INTERNAL',
      message: 'The connection to the backend was lost before it answered.',
      detail: {
        kept: 'Whatever the backend had already committed.',
        remedy: 'Wait for it to reconnect, then try again.',
      },
    };
  }
  return toErrorRecord(error);
}

/** The record as plain text, for the clipboard. */
export function recordText(record: ErrorRecord): string {
  const { file, line, field, names, kept, remedy } = record.detail;
  return [
    `${record.code}: ${record.message}`,
    file === undefined ? null : `file: ${file}${line === undefined ? '' : `:${line}`}`,
    field === undefined ? null : `field: ${field}`,
    names === undefined ? null : `names: ${names.join(', ')}`,
    kept === undefined ? null : `kept: ${kept}`,
    remedy === undefined ? null : `what to do: ${remedy}`,
  ]
    .filter((part) => part !== null)
    .join('\n');
}
