import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yauzl from 'yauzl';
import { writeDrawnFaces } from '../../../src/main/cli/demo/drawn-dataset.ts';
import { FERPLUS_ZIP, hasSharedData } from '../../support/shared-data.ts';

const FOLDERS = { train: 'FER2013Train', valid: 'FER2013Valid' } as const;
type Wanted = Readonly<Record<keyof typeof FOLDERS, number>>;

/** What the faces of this run are, for the titles of suites. */
export const FACES_ARE = hasSharedData ? 'real FERPlus faces' : 'drawn faces, as ../shared/data is not here';

/** Writes the first faces of each split, with their votes, in Microsoft's layout: real ones where they can be had. */
export async function writeFaces(folder: string, wanted: Wanted): Promise<void> {
  if (!hasSharedData) return writeDrawnFaces(folder, wanted);
  const zip = await yauzl.openPromise(FERPLUS_ZIP, { lazyEntries: true, autoClose: false });
  const taken = { train: new Set<string>(), valid: new Set<string>() };
  let votes = '';
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName.split('/').at(-1)!;
    if (entry.fileName === 'fer2013new.csv') votes = (await contents(zip, entry)).toString('utf8');
    for (const split of ['train', 'valid'] as const) {
      const inSplit = entry.fileName.includes(`${FOLDERS[split]}/fer`);
      if (!inSplit || taken[split].size >= wanted[split]) continue;
      mkdirSync(join(folder, FOLDERS[split]), { recursive: true });
      writeFileSync(join(folder, FOLDERS[split], name), await contents(zip, entry));
      taken[split].add(name);
    }
  }
  zip.close();
  const [header, ...rows] = votes.split('\n');
  const kept = rows.filter((row) => taken.train.has(row.split(',')[1]!) || taken.valid.has(row.split(',')[1]!));
  writeFileSync(join(folder, 'fer2013new.csv'), [header, ...kept, ''].join('\n'));
}

async function contents(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
