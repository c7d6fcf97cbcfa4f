import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../import/image.ts';
import type { LoadedImage } from '../import/load-image.ts';
import { thumbnailOf } from '../import/thumbnail.ts';
import type { Library } from './db.ts';
import { LARGEST_STORED_IMAGE, type NewImage, ownImagesFolder } from './images.ts';

/**
 * An image as the library keeps it: up to 64 KB inside. A larger one stays in its own file, or, where it has none
 * because it lay in a zip or was re-encoded, is written once to the folder `LIBRARY-images`; either has a thumbnail.
 */
export async function toStoredImage(library: Library, image: LoadedImage): Promise<NewImage> {
  const { decoded, bytes, mediaType } = image;
  const hash = contentHash(decoded);
  const common = {
    contentHash: hash,
    width: decoded.width,
    height: decoded.height,
    mediaType,
    byteSize: bytes.length,
  };
  if (bytes.length <= LARGEST_STORED_IMAGE) return { ...common, bytes, file: null, thumbnail: null };
  const file = image.file ?? (await keepBeside(library, image, hash.toString('hex')));
  return { ...common, bytes: null, file, thumbnail: await thumbnailOf(image) };
}

/** Named by its pixels, so that the same image of two zips is one file; whole or not there at all. */
async function keepBeside(library: Library, { bytes, mediaType }: LoadedImage, name: string): Promise<string> {
  const folder = join(ownImagesFolder(library), name.slice(0, 2));
  const file = join(folder, `${name}.${mediaType.split('/')[1]}`);
  await mkdir(folder, { recursive: true });
  const unfinished = `${file}.${randomUUID()}.part`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, file);
  return file;
}
