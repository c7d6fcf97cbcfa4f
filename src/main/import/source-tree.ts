import type { Readable } from 'node:stream';
import { ImportError } from '../../shared/errors.ts';
import type { SkipPlace, SkipReason } from './tally.ts';

/** Larger single files are refused: no face image comes near it. */
export const LARGEST_IMAGE_BYTES = 64 * 1024 * 1024;

/** One file to read, wherever it lies. `path` is relative to what was chosen, with forward slashes. */
export interface TreeEntry {
  readonly path: string;
  /** The chosen folder's or zip's name and `path`: how people are told of the file. */
  readonly display: string;
  /** Where the file lies on disk, or null inside a zip. */
  readonly file: string | null;
  /** All bytes. Throws EntryError if they are damaged, encrypted, or more than `limit`. */
  read(limit: number): Promise<Buffer>;
  /** The bytes bit by bit, for long texts. Throws EntryError. */
  stream(): Promise<Readable>;
}

/** A file that was found but may not be read, such as a link that leads out of the chosen folder. */
export interface Refusal {
  readonly reason: SkipReason;
  readonly place: SkipPlace;
}

/** All files of what was chosen: folders, zips and single files seen as one tree. `close` lets go of open files. */
export interface SourceTree {
  /** Name of what was chosen, without a file extension. */
  readonly name: string;
  /** The chosen paths themselves, for error messages. */
  readonly roots: readonly string[];
  readonly entries: readonly TreeEntry[];
  readonly refusals: readonly Refusal[];
  close(): Promise<void>;
}

/** One file that cannot be read; an import counts it under `reason` and goes on. */
export class EntryError extends ImportError {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, message: string, file: string, cause?: unknown) {
    super(message, { file }, cause);
    this.reason = reason;
  }
}

/** The last part of a slash-separated path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folders that lead to a slash-separated path, outermost first. */
export function foldersOf(path: string): string[] {
  return path.split('/').slice(0, -1);
}

/** Files that systems leave behind and nobody means: `.DS_Store`, `__MACOSX/…`, `Thumbs.db`. */
export function isClutter(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db');
}
