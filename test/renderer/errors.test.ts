import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { recordText, toRecord } from '../../src/renderer/errors.ts';
import { ImportError } from '../../src/shared/errors.ts';

const defined = (code: string, data: unknown) => new ORPCError(code, { defined: true, message: 'It failed.', data });

describe('toRecord', () => {
  it('keeps code and detail of an error that the contract declares', () => {
    const data = { file: 'a.zip', line: 3, remedy: 'Fetch it again.' };
    expect(toRecord(defined('IMPORT', data))).toEqual({ code: 'IMPORT', message: 'It failed.', detail: data });
  });

  it('drops a detail that is not one', () => {
    expect(toRecord(defined('IMPORT', { line: 'three' })).detail).toEqual({});
  });

  it('calls input that fits no schema a wrong usage, and anything unforeseen internal', () => {
    expect(toRecord(new ORPCError('BAD_REQUEST')).code).toBe('USAGE');
    expect(toRecord(new ORPCError('TEAPOT')).code).toBe('INTERNAL');
    expect(toRecord('odd')).toEqual({ code: 'INTERNAL', message: 'odd', detail: {} });
  });

  it('explains a lost connection', () => {
    expect(toRecord(new DOMException('gone', 'AbortError')).detail.remedy).toContain('reconnect');
  });

  it('passes our own errors through', () => {
    expect(toRecord(new ImportError('Refused.', { file: 'x' }))).toEqual({
      code: 'IMPORT',
      message: 'Refused.',
      detail: { file: 'x' },
    });
  });
});

describe('recordText', () => {
  it('writes what is known, one fact a line', () => {
    const detail = { file: 'votes.csv', line: 7, kept: 'Everything.', remedy: 'Mend the row.' };
    expect(recordText({ code: 'IMPORT', message: 'A vote is a letter.', detail })).toBe(
      'IMPORT: A vote is a letter.\nfile: votes.csv:7\nkept: Everything.\nwhat to do: Mend the row.',
    );
  });
});
