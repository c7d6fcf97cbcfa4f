import { crc32 } from 'node:zlib';
import { type DecodedImage, encodeAsPng } from '../../src/main/import/image.ts';

/** A 48×48 grey face of its own for each seed. */
export function greyFace(seed: number, side = 48): DecodedImage {
  const data = Uint8Array.from({ length: side * side }, (_, index) => (index * 7 + seed * 31 + (index >> 3)) & 0xff);
  return { width: side, height: side, channels: 1, data };
}

export function facePng(seed: number, side = 48): Buffer {
  return encodeAsPng(greyFace(seed, side));
}

/** A sound PNG that declares another size, its header's checksum made right again. */
export function declaringSize(png: Buffer, width: number, height: number): Buffer {
  const bytes = Buffer.from(png);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

/** A grey picture of noise, which no PNG makes small: 300 pixels a side are 90 KB. */
export function noisyPng(seed: number, side = 300): Buffer {
  let state = seed + 1;
  const data = Uint8Array.from({ length: side * side }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return encodeAsPng({ width: side, height: side, channels: 1, data });
}
