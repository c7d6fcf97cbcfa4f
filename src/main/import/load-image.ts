import { type DecodedImage, decodeImage, encodeAsPng } from './image.ts';
import { imageTypeOf } from './image-type.ts';
import { LARGEST_IMAGE_BYTES, type TreeEntry } from './source-tree.ts';

/** An image read and decoded. `bytes` can be shown by a browser; `file` holds those very bytes on disk, or is null. */
export interface LoadedImage {
  readonly decoded: DecodedImage;
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly file: string | null;
}

/** Reads an entry's image. A TIFF, which browsers do not show, becomes a PNG of the same pixels. Throws ImportError. */
export async function loadImage(entry: TreeEntry): Promise<LoadedImage> {
  const bytes = await entry.read(LARGEST_IMAGE_BYTES);
  const decoded = await decodeImage(bytes, entry.display);
  const mediaType = imageTypeOf(bytes)!;
  return mediaType === 'image/tiff' ? pixelImage(decoded) : { decoded, bytes, mediaType, file: entry.file };
}

/** Pixels that lie in no image file, as a PNG. */
export function pixelImage(decoded: DecodedImage): LoadedImage {
  return { decoded, bytes: encodeAsPng(decoded), mediaType: 'image/png', file: null };
}
