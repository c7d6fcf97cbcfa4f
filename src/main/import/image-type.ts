import { crc32 } from 'node:zlib';

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The media type that an image's first bytes say, or null for anything this project does not read. */
export function imageTypeOf(bytes: Buffer): string | null {
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'image/gif';
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'image/tiff';
  return null;
}

const IMAGE_EXTENSION = /\.(png|jpe?g|webp|gif|tiff?)$/i;

/** Whether a file's name says that it holds an image this project reads. */
export function hasImageName(name: string): boolean {
  return IMAGE_EXTENSION.test(name);
}

/** What a PNG declares of itself; `plain` is 8-bit grey or RGB, not interlaced, without a transparent colour. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly plain: boolean;
}

const GREY = 0;
const RGB = 2;
const FIRST_CHUNK = 8;
/** A chunk is its length, its type, its data and a CRC over type and data. */
const CHUNK_FRAME = 12;

/**
 * What a PNG's IHDR chunk says (PNG specification, 11.2.1), after checking that its chunks are whole and undamaged.
 * Throws an Error that ends the sentence “the image cannot be read: …”.
 */
export function readPngHeader(bytes: Buffer): PngHeader {
  const types = chunkTypes(bytes);
  if (types[0] !== 'IHDR') throw new Error('it has no PNG header');
  const colourType = bytes[25];
  const plain = bytes[24] === 8 && (colourType === GREY || colourType === RGB) && bytes[28] === 0;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), plain: plain && !types.includes('tRNS') };
}

function chunkTypes(bytes: Buffer): string[] {
  const types: string[] = [];
  let offset = FIRST_CHUNK;
  while (types.at(-1) !== 'IEND') {
    if (offset + CHUNK_FRAME > bytes.length) throw new Error('it ends too early');
    const end = offset + CHUNK_FRAME + bytes.readUInt32BE(offset);
    if (end > bytes.length) throw new Error('it ends too early');
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    if (crc32(bytes.subarray(offset + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      throw new Error(`its ${type} chunk is damaged`);
    }
    types.push(type);
    offset = end;
  }
  return types;
}
