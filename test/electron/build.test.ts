import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBackend } from '../../src/main/api/backend.ts';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { tempFolder } from '../support/temp.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const OUT = join(PROJECT, 'out');
const isBuilt = existsSync(join(OUT, 'main/engine.js'));
const unlessBuilt = isBuilt ? '' : ' (skipped: run `npm run build` first)';

describe.skipIf(!isBuilt)(`the build${unlessBuilt}`, () => {
  it('has every part of the app', () => {
    const parts = ['main/shell.js', 'main/backend.js', 'main/engine.js', 'preload/index.cjs', 'renderer/index.html'];
    for (const part of parts) expect(existsSync(join(OUT, part)), part).toBe(true);
    const migrations = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.sql'));
    expect(migrations(join(OUT, 'main/migrations'))).toEqual(migrations(join(PROJECT, 'src/main/library/migrations')));
  });

  it('has a backend that loads under plain Node and says who should start it', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(OUT, 'main/backend.js')], { encoding: 'utf8' });
    expect(stderr).toContain('started by the shell');
    expect(status).toBe(2);
  });

  it('has an engine that imports and predicts', async () => {
    const folder = tempFolder();
    writeDrawnFaces(join(folder, 'faces'), { valid: 16 });
    const backend = await createBackend({
      libraryFile: join(folder, 'library.sqlite'),
      engineEntry: join(OUT, 'main/engine.js'),
      modelsFolder: join(PROJECT, 'models'),
      host: 'electron',
      version: '1',
    });
    onTestFinished(() => backend.close());
    const source = { paths: [join(folder, 'faces')], kind: null, classMap: {}, name: 'faces' };
    const importing = await backend.client.imports.start(source);
    expect(await backend.context.jobs.finished(importing.id)).toMatchObject({
      status: 'done',
      result: { imported: 16 },
    });
    const { id: modelId } = await backend.client.models.find({ name: 'nr-swin-micro' });
    const request = { datasetId: 1, modelId, splits: [], provider: 'cpu' as const, batchSize: 8, again: false };
    const predicting = await backend.client.runs.start(request);
    expect(await backend.context.jobs.finished(predicting.id)).toMatchObject({
      status: 'done',
      result: { predicted: 16 },
    });
  });
});
