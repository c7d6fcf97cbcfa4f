import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NotFoundError } from '../../shared/errors.ts';
import { imageTypeOf } from '../import/image-type.ts';
import { previewFace } from '../import/preview.ts';
import type { Library } from '../library/db.ts';
import { imageOfSample } from '../library/images.ts';

/** An encoded image ready to be sent; the tag changes whenever the bytes do. */
export interface ImageAnswer {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tag: string;
}

const UNKNOWN_TYPE = 'application/octet-stream';

export type ImageVariant = 'full' | 'thumbnail';

/**
 * The pixels of a face as they are stored, or its thumbnail where it has one. An image kept by reference whose file
 * is gone is answered by its thumbnail. Throws NotFoundError for an unknown face or when neither is there.
 */
export async function readSampleImage(library: Library, sampleId: number, variant: ImageVariant): Promise<ImageAnswer> {
  const image = imageOfSample(library, sampleId);
  if (image.bytes !== null) return imageAnswer(image.bytes, image.mediaType);
  if (variant === 'full' && image.file !== null) {
    const bytes = await readFile(image.file).catch(() => null);
    if (bytes !== null) return imageAnswer(bytes, image.mediaType);
  }
  if (image.thumbnail !== null) return imageAnswer(image.thumbnail, imageTypeOf(image.thumbnail) ?? UNKNOWN_TYPE);
  throw new NotFoundError(`The image of face ${sampleId} is no longer where it was.`, {
    ...(image.file === null ? {} : { file: image.file }),
    remedy: 'Put the file back, or import the dataset again.',
  });
}

/** The n-th face of an import preview. Throws NotFoundError unless it is one of the last previews'. */
export async function readPreviewImage(previewId: string, index: number): Promise<ImageAnswer> {
  const bytes = await previewFace(previewId, index);
  return imageAnswer(bytes, imageTypeOf(bytes) ?? UNKNOWN_TYPE);
}

/** Encoded bytes with the tag that tells whether they have changed. */
export function imageAnswer(bytes: Uint8Array, mediaType: string): ImageAnswer {
  const tag = createHash('sha256').update(bytes).digest('base64url').slice(0, 27);
  return { mediaType, bytes: new Uint8Array(bytes), tag };
}
