import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tour } from './demo/tour.ts';
import type { Command } from './terminal/command.ts';
import { whole } from './terminal/options.ts';

interface Options {
  readonly out?: string;
  readonly faces: number;
  readonly epochs: number;
}

const FACES = 1500;
const EPOCHS = 3;

/** The whole tour without screens, in a library of its own that can be opened afterwards. */
export const demo = {
  name: 'demo',
  define: (program, run) =>
    void program
      .command('demo')
      .description(
        'import, predict, fine-tune, export and run the export again, on drawn faces or on a folder of real ones',
      )
      .argument('[folder]', 'a dataset to use (default: $COUNTENANCE_DEMO_DATA, or drawn faces)')
      .option('--out <folder>', 'where the library and the export go (default: a new temporary folder)')
      .option('--faces <number>', 'how many faces are drawn, or trained on of real ones', whole(80, 100_000), FACES)
      .option('--epochs <number>', 'how often fine-tuning meets each face', whole(1, 1000), EPOCHS)
      .action(async (given: string | undefined, { out, faces, epochs }: Options) => {
        const named = given ?? process.env.COUNTENANCE_DEMO_DATA;
        const data = named === undefined || named === '' ? null : resolve(named);
        const folder = out === undefined ? mkdtempSync(join(tmpdir(), 'countenance-demo-')) : resolve(out);
        const libraryFile = join(folder, 'library.sqlite');
        await run((session) => tour(session, { folder, libraryFile, data, faces, epochs }), { libraryFile });
      }),
} as const satisfies Command;
