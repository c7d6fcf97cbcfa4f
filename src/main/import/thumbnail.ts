import sharp from 'sharp';
import { LARGEST_IMAGE_PIXELS } from './image.ts';
import type { LoadedImage } from './load-image.ts';

const THUMBNAIL_SIDE = 192;
/** Smaller images are shown as they are. */
const LARGEST_SHOWN_BYTES = 64 * 1024;

/** The image at no more than 192 pixels a side, as WebP. */
export async function thumbnailOf({ bytes }: LoadedImage): Promise<Buffer> {
  return await sharp(bytes, { limitInputPixels: LARGEST_IMAGE_PIXELS, autoOrient: true })
    .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 85 })
    .toBuffer();
}

/** The image's own bytes where they are few, its thumbnail otherwise. */
export async function displayBytes(image: LoadedImage): Promise<Buffer> {
  return image.bytes.length <= LARGEST_SHOWN_BYTES ? image.bytes : await thumbnailOf(image);
}
