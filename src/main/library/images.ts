import { join } from 'node:path';
import { NotFoundError } from '../../shared/errors.ts';
import type { Library } from './db.ts';

/** Larger images stay where they are; the library keeps a thumbnail and the file's path. */
export const LARGEST_STORED_IMAGE = 64 * 1024;

/** Pixels as the library takes them: `bytes` inside, or `file` with a `thumbnail`; `contentHash` is of the pixels. */
export interface NewImage {
  readonly contentHash: Buffer;
  readonly width: number;
  readonly height: number;
  readonly mediaType: string;
  readonly byteSize: number;
  readonly bytes: Buffer | null;
  readonly file: string | null;
  readonly thumbnail: Buffer | null;
}

/** An image to show or decode: either its encoded bytes or the file that holds them. */
export interface StoredImage {
  readonly mediaType: string;
  readonly bytes: Buffer | null;
  readonly file: string | null;
  readonly thumbnail: Buffer | null;
}

/** The image's number, entered if its content hash is new. */
export function putImage(library: Library, image: NewImage): number {
  const known = library.prepare('SELECT id FROM images WHERE content_hash = ?').pluck().get(image.contentHash);
  if (known !== undefined) return known as number;
  const result = library
    .prepare(
      `INSERT INTO images (content_hash, width, height, media_type, byte_size, bytes, file, thumbnail)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      image.contentHash,
      image.width,
      image.height,
      image.mediaType,
      image.byteSize,
      image.bytes,
      image.file,
      image.thumbnail,
    );
  return Number(result.lastInsertRowid);
}

/** Where the library keeps large images that have no file of their own. */
export const ownImagesFolder = (library: Library): string => `${library.file}-images`;

/** Removes the images that no sample shows, and returns those of their files that are the library's own to delete. */
export function removeUnusedImages(library: Library): string[] {
  const folder = join(ownImagesFolder(library), '/');
  const unused = 'id NOT IN (SELECT image_id FROM samples)';
  const files = library
    .prepare(`SELECT file FROM images WHERE ${unused} AND file IS NOT NULL AND substr(file, 1, ?) = ?`)
    .pluck()
    .all(folder.length, folder) as string[];
  library.prepare(`DELETE FROM images WHERE ${unused}`).run();
  return files;
}

/** The stored image of a sample. Throws NotFoundError. */
export function imageOfSample(library: Library, sampleId: number): StoredImage {
  const row = library
    .prepare(
      `SELECT images.media_type AS mediaType, images.bytes, images.file, images.thumbnail
       FROM samples JOIN images ON images.id = samples.image_id WHERE samples.id = ?`,
    )
    .get(sampleId) as StoredImage | undefined;
  if (row === undefined) throw new NotFoundError(`There is no face with the number ${sampleId}.`);
  return row;
}
