import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import type { ComputedPrior } from '../../src/shared/contract/priors.ts';
import { suiteFolder } from '../support/temp.ts';
import { document, runCliHere } from './run-cli.ts';

const folder = suiteFolder();
const faces = join(folder, 'faces');
writeDrawnFaces(faces, { train: 64, valid: 16 });
const words = (...given: readonly string[]) => runCliHere(folder, ...given);
const json = (...given: readonly string[]) => runCliHere(folder, '--json', ...given);

describe('prior', () => {
  it('computes one of a dataset’s votes, says how far it is from what is published, and keeps it', async () => {
    await json('import', 'ferplus', faces, '--name', 'drawn');
    const computed = document(
      await json('prior', 'compute', '--dataset', 'drawn', '--protocol', 'majority', '--save', 'mine'),
    ) as ComputedPrior & { saved: unknown };
    for (const row of computed.prior.rows) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    expect(computed).toMatchObject({
      source: { kind: 'votes', dataset: 'drawn', splits: ['train'], protocol: 'majority', labels: 'current' },
      published: { largest: { row: expect.any(String), column: expect.any(String) } },
      saved: { name: 'mine', version: 1 },
    });
  });

  it('keeps versions, shows and compares them, and renames', async () => {
    expect((await json('prior', 'preset', 'uniform', '--dataset', 'drawn', '--save', 'mine')).code).toBe(1);
    const more = await json(
      'prior',
      'preset',
      'uniform',
      '--share',
      '0.2',
      '--save',
      'mine',
      '--update',
      '--note',
      'flat',
    );
    expect(document(more)).toMatchObject({ saved: { name: 'mine', version: 2 } });
    expect(document(await json('prior', 'history', 'mine'))).toMatchObject([
      { version: 2, parent: { version: 1 }, note: 'flat' },
      { version: 1, parent: null },
    ]);
    expect(document(await json('prior', 'compare', 'mine@2', 'mine@2'))).toMatchObject({ comparison: { changed: 0 } });
    expect((await words('prior', 'compare', 'mine@1', 'mine')).stdout).toMatch(/^priors +mine@1 → mine@2$/m);
    expect(document(await json('prior', 'rename', 'mine', 'ours'))).toMatchObject({ name: 'ours' });
    expect((await words('prior', 'list')).stdout).toMatch(/^ours +2 +8 +preset uniform/m);
  });

  it.each(['json', 'csv'])('goes out as %s and comes back the same', async (ending) => {
    const file = join(folder, `prior.${ending}`);
    await json('prior', 'export', 'ours@1', '--out', file);
    expect((await json('prior', 'export', 'ours@1', '--out', file)).code).toBe(2);
    await json('prior', 'import', file, '--name', ending);
    expect(document(await json('prior', 'compare', 'ours@1', ending))).toMatchObject({ comparison: { changed: 0 } });
  });

  it('refuses a file by its cell', async () => {
    const file = join(folder, 'bad.csv');
    writeFileSync(file, readFileSync(join(folder, 'prior.csv'), 'utf8').replace(/^(anger,)[\d.]+/m, '$1NaN'));
    const refused = await json('prior', 'import', file);
    expect(refused.code).toBe(1);
    expect(document(refused)).toMatchObject({ error: { detail: { line: 6, field: 'anger, neutral' } } });
  });

  it('is trained by, and an unknown one refused with those that there are', async () => {
    const network = ['--network', 'nr_swin_micro', '--loss', 'f-pdls', '--dry-run'];
    const planned = document(await json('train', '--dataset', 'drawn', ...network, '--prior', 'ours')) as {
      config: { prior: string };
    };
    expect(planned.config.prior).toBe('stored:ours');
    const refused = document(await json('train', '--dataset', 'drawn', ...network, '--prior', 'theirs'));
    expect(refused).toMatchObject({ error: { code: 'NOT_FOUND', detail: { names: ['csv', 'json', 'ours'] } } });
  });
});
