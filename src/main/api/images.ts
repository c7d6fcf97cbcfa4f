import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NotFoundError } from '../../shared/errors.ts';
import type { Library } from '../library/db.ts';
import { imageOfSample } from '../library/images.ts';

/** An encoded image ready to be sent; the tag changes whenever the bytes do. */
export interface ImageAnswer {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tag: string;
}

export type ImageVariant = 'full' | 'thumbnail';

/**
 * The pixels of a face as they are stored, or its thumbnail where it has one. An image kept by reference whose file
 * is gone is answered by its thumbnail. Throws NotFoundError for an unknown face or when neither is there.
 */
export async function readSampleImage(library: Library, sampleId: number, variant: ImageVariant): Promise<ImageAnswer> {
  const image = imageOfSample(library, sampleId);
  if (image.bytes !== null) return answer(image.bytes, image.mediaType);
  if (variant === 'full' && image.file !== null) {
    const bytes = await readFile(image.file).catch(() => null);
    if (bytes !== null) return answer(bytes, image.mediaType);
  }
  if (image.thumbnail !== null) return answer(image.thumbnail, mediaTypeOf(image.thumbnail));
  throw new NotFoundError(`The image of face ${sampleId} is no longer where it was.`, {
    ...(image.file === null ? {} : { file: image.file }),
    remedy: 'Put the file back, or import the dataset again.',
  });
}

/** An encoded image with the tag of its bytes. */
export function answer(bytes: Uint8Array, mediaType: string): ImageAnswer {
  const tag = createHash('sha256').update(bytes).digest('base64url').slice(0, 27);
  return { mediaType, bytes: new Uint8Array(bytes), tag };
}

/** PNG, JPEG, WebP or GIF by the first bytes; anything else is named as bytes. */
export function mediaTypeOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  if (start.startsWith('GIF8')) return 'image/gif';
  return 'application/octet-stream';
}
