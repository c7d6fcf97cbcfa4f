import { crc32, inflateRawSync } from 'node:zlib';
import type { Entry } from 'yauzl';
import { EntryError } from './source-tree.ts';
import type { BlockCache } from './zip-blocks.ts';

const HEADER_BYTES = 30;
const HEADER_SIGNATURE = 0x04034b50;
/** Room for a local header's extra field, which may be longer than the directory's copy of it. */
const SPARE_BYTES = 128;
const STORED = 0;
const DEFLATED = 8;

/**
 * One entry's bytes, inflated to no more than the zip's directory declares and checked against its CRC.
 * Throws EntryError. The local header's layout is that of APPNOTE 4.3.7.
 */
export async function readEntryBytes(blocks: BlockCache, entry: Entry, display: string): Promise<Buffer> {
  const damaged = (why: string, cause?: unknown): EntryError =>
    new EntryError('unreadable-image', `${display} is damaged in its zip: ${why}.`, display, cause);
  const compressed = await readCompressed(blocks, entry).catch((error: unknown) => {
    throw damaged('its data cannot be found', error);
  });
  const bytes = expand(compressed, entry, damaged);
  if (bytes.length !== entry.uncompressedSize || crc32(bytes) !== entry.crc32) throw damaged('its checksum is wrong');
  return bytes;
}

async function readCompressed(blocks: BlockCache, entry: Entry): Promise<Buffer> {
  const start = entry.relativeOffsetOfLocalHeader;
  const guess = HEADER_BYTES + entry.fileNameLength + entry.extraFieldLength + SPARE_BYTES + entry.compressedSize;
  const head = await blocks.read(start, guess);
  if (head.length < HEADER_BYTES || head.readUInt32LE(0) !== HEADER_SIGNATURE) throw new Error('no local header');
  const dataStart = HEADER_BYTES + head.readUInt16LE(26) + head.readUInt16LE(28);
  const dataEnd = dataStart + entry.compressedSize;
  const data =
    dataEnd <= head.length
      ? head.subarray(dataStart, dataEnd)
      : await blocks.read(start + dataStart, entry.compressedSize);
  if (data.length !== entry.compressedSize) throw new Error('data is missing');
  return data;
}

function expand(data: Buffer, entry: Entry, damaged: (why: string, cause?: unknown) => EntryError): Buffer {
  if (entry.compressionMethod === STORED) return data;
  if (entry.compressionMethod !== DEFLATED) throw damaged(`compression method ${entry.compressionMethod} is unknown`);
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
  } catch (error) {
    throw damaged('it does not expand to what it declares', error);
  }
}
