import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NotFoundError } from '../../../shared/errors.ts';
import { decodeImage, encodeAsPng } from '../../import/image.ts';
import type { StoredImage } from '../images.ts';
import type { LabelExport } from './label-export.ts';

/** The current labels as folders: `split/class/face.png`, `class/face.png` where faces have no split. */
export const classFolders = {
  name: 'class-folders',
  label: 'Class folders',
  explanation: 'The faces as PNG files in a folder for each split and label; faces without a label are left out.',
  suffix: '',
  async write(source, target) {
    const root = join(target.folder, target.name);
    mkdirSync(root);
    const taken = new Set<string>();
    let [faces, unlabelled] = [0, 0];
    for (const face of source.faces()) {
      await target.tick();
      if (face.label === null) {
        unlabelled += 1;
        continue;
      }
      const folder = join(face.split === 'none' ? '' : face.split, safeName(source.classes[face.label]!.name));
      const name = freeName(taken, folder, safeName(stem(face.key)));
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, folder, name), await pngOf(source.image(face.id), face.key), { flag: 'wx' });
      faces += 1;
    }
    return { faces, leftOut: unlabelled === 0 ? [] : [{ reason: 'without a label', count: unlabelled }] };
  },
} as const satisfies LabelExport<'class-folders'>;

/** The last part of a key, without its ending. */
const stem = (key: string): string => key.slice(key.lastIndexOf('/') + 1).replace(/\.[a-z0-9]+$/i, '');

/** A name that every file system takes and that leads nowhere. */
function safeName(name: string): string {
  const safe = name
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no file's name may hold
    .replace(/[<>:"/\\|?*\u0000-\u001f]/g, '_')
    .replace(/[. ]+$/, '')
    .slice(0, 120);
  const isReserved = safe === '' || safe.startsWith('.') || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe);
  return isReserved ? `_${safe}` : safe;
}

/** `NAME.png`, or with a number where a name is there already in any case. */
function freeName(taken: Set<string>, folder: string, name: string): string {
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? `${name}.png` : `${name}-${number}.png`;
    const key = join(folder, file).toLowerCase();
    if (taken.has(key)) continue;
    taken.add(key);
    return file;
  }
}

async function pngOf(image: StoredImage, key: string): Promise<Buffer> {
  const bytes = image.bytes ?? readOriginal(image, key);
  return image.mediaType === 'image/png' ? bytes : encodeAsPng(await decodeImage(bytes, key));
}

function readOriginal({ file }: StoredImage, key: string): Buffer {
  try {
    return readFileSync(file!);
  } catch (error) {
    throw new NotFoundError(`The image of ${key} is not at ${file} any more: ${(error as Error).message}`, {
      file: file ?? key,
      remedy: 'Put it back where it was imported from, then export again.',
    });
  }
}
