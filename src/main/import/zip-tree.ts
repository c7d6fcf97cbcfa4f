import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { ImportError } from '../../shared/errors.ts';
import { EntryError, isClutter, type Refusal, type TreeEntry } from './source-tree.ts';
import { BlockCache, BlockReader } from './zip-blocks.ts';
import { readEntryBytes } from './zip-data.ts';

/** Beyond a megabyte, nothing that belongs in a dataset of faces shrinks this much. */
const LARGEST_RATIO = 200;
const SMALL_BYTES = 1 << 20;
const MOST_ENTRIES = 5_000_000;
/** The block reader calls back at once, so that yauzl's next entry would stand deeper on the stack each time. */
const ENTRIES_A_TURN = 200;
const UNIX_LINK = 0o120000;
const UNIX_TYPE = 0o170000;

export interface OpenZip {
  readonly entries: readonly TreeEntry[];
  readonly refusals: readonly Refusal[];
  close(): Promise<void>;
}

/** Lists a zip without unpacking it. Throws ImportError if its directory is missing or damaged, as when cut short. */
export async function openZip(file: string): Promise<OpenZip> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const zip = await yauzl.fromRandomAccessReaderPromise(new BlockReader(handle, size), size, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
    });
    const found = await listEntries(zip);
    const stored = found.reduce((sum, entry) => sum + entry.compressedSize, 0);
    if (stored > size) throw new Error('its entries overlap');
    return {
      ...asTree(found, { zip, blocks: new BlockCache(handle), name: basename(file) }),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    const why = error instanceof Error ? error.message : String(error);
    throw new ImportError(
      `The zip ${file} is damaged or incomplete (${why}).`,
      { file, kept: 'Nothing was imported.', remedy: 'Download or copy the zip again.' },
      error,
    );
  }
}

function listEntries(zip: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  return new Promise((done, fail) => {
    const found: yauzl.Entry[] = [];
    if (zip.entryCount > MOST_ENTRIES) return fail(new Error(`it declares ${zip.entryCount} entries`));
    zip.on('error', fail);
    zip.on('end', () => done(found));
    zip.on('entry', (entry: yauzl.Entry) => {
      found.push(entry);
      if (found.length % ENTRIES_A_TURN === 0) setImmediate(() => zip.readEntry());
      else zip.readEntry();
    });
    zip.readEntry();
  });
}

interface ZipPlace {
  readonly zip: yauzl.ZipFile;
  readonly blocks: BlockCache;
  readonly name: string;
}

function asTree(found: readonly yauzl.Entry[], place: ZipPlace): { entries: TreeEntry[]; refusals: Refusal[] } {
  const entries: TreeEntry[] = [];
  const refusals: Refusal[] = [];
  for (const entry of found) {
    const path = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
    if (path.endsWith('/')) continue;
    const refuse = (reason: Refusal['reason']): unknown =>
      refusals.push({ reason, place: { file: place.name, line: null, what: path } });
    if (yauzl.validateFileName(path) !== null) refuse('unsafe-path');
    else if (isClutter(path)) continue;
    else if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE) === UNIX_LINK) refuse('link');
    else entries.push(zipEntry(entry, path, place));
  }
  return { entries, refusals };
}

function zipEntry(entry: yauzl.Entry, path: string, place: ZipPlace): TreeEntry {
  const display = `${place.name}/${path}`;
  return {
    path,
    display,
    file: null,
    async read(limit) {
      refuseEntry(entry, display, limit);
      return await readEntryBytes(place.blocks, entry, display);
    },
    async stream(): Promise<Readable> {
      refuseEntry(entry, display, Number.POSITIVE_INFINITY);
      return await place.zip.openReadStreamPromise(entry);
    },
  };
}

function refuseEntry(entry: yauzl.Entry, display: string, limit: number): void {
  if (entry.isEncrypted()) throw new EntryError('encrypted', `${display} is encrypted.`, display);
  const { compressedSize, uncompressedSize } = entry;
  if (uncompressedSize > limit) {
    throw new EntryError('too-large', `${display} has ${uncompressedSize} bytes; at most ${limit} are read.`, display);
  }
  if (uncompressedSize > SMALL_BYTES && uncompressedSize > compressedSize * LARGEST_RATIO) {
    throw new EntryError('too-large', `${display} would expand more than ${LARGEST_RATIO}-fold.`, display);
  }
}
