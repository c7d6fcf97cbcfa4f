import fc from 'fast-check';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { contentHash, type DecodedImage, decodeImage, encodeAsPng } from '../../src/main/import/image.ts';
import { ImportError } from '../../src/shared/errors.ts';
import { declaringSize, facePng, greyFace } from '../support/png.ts';

const face = greyFace(3);
const asRgb: DecodedImage = {
  ...face,
  channels: 3,
  data: Uint8Array.from({ length: face.data.length * 3 }, (_, index) => face.data[Math.floor(index / 3)]!),
};

const images = fc
  .record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }), rgb: fc.boolean() })
  .chain(({ width, height, rgb }) => {
    const channels: 1 | 3 = rgb ? 3 : 1;
    const size = width * height * channels;
    return fc
      .uint8Array({ minLength: size, maxLength: size })
      .map((data): DecodedImage => ({ width, height, channels, data }));
  });

describe('decoding an image', () => {
  test('any grey or RGB image survives being a PNG', async () => {
    await fc.assert(
      fc.asyncProperty(images, async (image) => {
        expect(await decodeImage(encodeAsPng(image), 'any.png')).toEqual({
          ...image,
          data: new Uint8Array(image.data),
        });
      }),
      { numRuns: 60 },
    );
  });

  test('bytes cut off anywhere are one ImportError naming the file, never a wrong picture', async () => {
    const png = facePng(1);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: png.length - 1 }), async (length) => {
        const decoded = decodeImage(png.subarray(0, length), 'cut.png');
        await expect(decoded).rejects.toThrow(ImportError);
        await expect(decoded).rejects.toThrow(/cut\.png/);
      }),
      { numRuns: 60 },
    );
  });

  test('a changed byte in the pixels is noticed', async () => {
    const png = facePng(1);
    png[80]! ^= 1;
    await expect(decodeImage(png, 'bad.png')).rejects.toThrow('its IDAT chunk is damaged');
  });

  test('a PNG that declares 60,000 × 60,000 pixels is refused before decoding', async () => {
    const bomb = declaringSize(facePng(1), 60_000, 60_000);
    await expect(decodeImage(bomb, 'bomb.png')).rejects.toThrow('declares 60000 × 60000 pixels');
  });

  test('a PNG whose pixels are fewer than it declares is refused', async () => {
    await expect(decodeImage(declaringSize(facePng(1), 60, 60), 'short.png')).rejects.toThrow(ImportError);
  });

  test('text, SVG and nothing at all are no images', async () => {
    for (const bytes of ['hello, I am text', '<svg xmlns="http://www.w3.org/2000/svg"/>', '']) {
      await expect(decodeImage(Buffer.from(bytes), 'x.png')).rejects.toThrow('not a PNG, JPEG, WebP, GIF or TIFF');
    }
  });

  test.each([
    [
      '16-bit grey',
      () => Buffer.from(encode({ ...face, depth: 16, data: Uint16Array.from(face.data, (v) => v * 257) })),
    ],
    ['palette', () => sharp(facePng(3)).png({ palette: true, colours: 256 }).toBuffer()],
    ['interlaced', () => sharp(facePng(3)).png({ progressive: true }).toBuffer()],
    ['with an opaque alpha channel', () => sharp(facePng(3)).ensureAlpha().png().toBuffer()],
    ['lossless WebP', () => sharp(facePng(3)).webp({ lossless: true }).toBuffer()],
    ['TIFF', () => sharp(facePng(3)).tiff({ compression: 'lzw' }).toBuffer()],
  ])('the same grey pixels hash alike from a PNG and from %s', async (_, make) => {
    const decoded = await decodeImage(await make(), 'face');
    expect(contentHash(decoded)).toEqual(contentHash(face));
  });

  test('a JPEG is turned upright as its camera says', async () => {
    const lying = await sharp(facePng(3))
      .resize(20, 10, { fit: 'fill' })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await decodeImage(lying, 'photo.jpg')).toMatchObject({ width: 10, height: 20, channels: 3 });
  });

  test('transparent pixels become black', async () => {
    const clear = await sharp({ create: { width: 4, height: 4, channels: 4, background: '#ff000000' } })
      .png()
      .toBuffer();
    expect([...(await decodeImage(clear, 'clear.png')).data]).toEqual(new Array(48).fill(0));
  });
});

describe('a content hash', () => {
  test('is the same for grey stored as RGB and differs as soon as one pixel or the shape does', () => {
    expect(contentHash(asRgb)).toEqual(contentHash(face));
    expect(contentHash({ ...face, data: face.data.with(0, face.data[0]! ^ 1) })).not.toEqual(contentHash(face));
    expect(contentHash({ ...face, width: 24, height: 96 })).not.toEqual(contentHash(face));
    expect(contentHash({ ...asRgb, data: asRgb.data.with(0, asRgb.data[0]! ^ 1) })).not.toEqual(contentHash(face));
    expect(contentHash(face)).toHaveLength(16);
  });
});
