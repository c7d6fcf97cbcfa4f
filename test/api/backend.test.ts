import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORPCError } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { createBackend } from '../../src/main/api/backend.ts';
import { readSampleImage } from '../../src/main/api/images.ts';
import { createJob } from '../../src/main/library/jobs.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { contract } from '../../src/shared/contract/index.ts';
import { LibraryError, NotFoundError } from '../../src/shared/errors.ts';
import { addFaces, addRun, fakeImage, peaked } from '../support/library-rows.ts';
import { testBackend } from '../support/server.ts';
import { tempFolder } from '../support/temp.ts';

const VOTES = [8, 1, 0, 0, 0, 0, 0, 0, 1, 0];

describe('the backend', () => {
  it('answers every procedure of the contract', async () => {
    const { backend } = await testBackend();
    const names = (router: object): string[] =>
      Object.entries(router).flatMap(([space, procedures]) =>
        Object.keys(procedures as object).map((name) => `${space}.${name}`),
      );
    expect(names(backend.router).toSorted()).toEqual(names(contract).toSorted());
  });

  it('does not open what is no library, and says what to do', async () => {
    const folder = tempFolder();
    const libraryFile = join(folder, 'library.sqlite');
    writeFileSync(libraryFile, 'this is no database, but long enough to be looked at '.repeat(20));
    const opening = createBackend({ libraryFile, engineEntry: '', modelsFolder: folder, host: 'cli', version: '1' });
    await expect(opening).rejects.toThrow(LibraryError);
  });

  it('tells of a shipped model that cannot be used and goes on', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'models', 'broken'), { recursive: true });
    writeFileSync(join(folder, 'models', 'broken', 'manifest.json'), '{');
    const lines: string[] = [];
    const { pino } = await import('pino');
    const backend = await createBackend({
      libraryFile: join(folder, 'library.sqlite'),
      engineEntry: '',
      modelsFolder: join(folder, 'models'),
      host: 'cli',
      version: '1',
      log: pino({}, { write: (line: string) => void lines.push(line) }),
    });
    expect(await backend.client.models.list()).toEqual([]);
    await backend.close();
    expect(lines.join()).toContain('a shipped model cannot be used');
  });

  it('says what it is', async () => {
    const { backend } = await testBackend('electron');
    addFaces(backend.library, [{ key: 'a.png', votes: VOTES }]);
    addRun(backend.library, 1, { name: 'gone' });
    const info = await backend.client.system.info();
    expect(info).toMatchObject({
      version: '1.2.3',
      host: 'electron',
      node: process.versions.node,
      onnxruntime: '1.30.0',
    });
    expect(info.library).toMatchObject({ file: backend.library.file, datasets: 1, samples: 1, healthy: true });
    expect(info.library.problems).toEqual(['The file of the model “gone” is missing: /nowhere.onnx']);
  });
});

describe('an error reaches the caller', () => {
  it('as the declared one, with its detail', async () => {
    const { backend } = await testBackend();
    addFaces(backend.library, [], 'one');
    addFaces(backend.library, [], 'two');
    const error = await backend.client.datasets.rename({ id: 1, name: 'two' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ORPCError);
    expect(error).toMatchObject({ code: 'CONFLICT', status: 409, defined: true, data: { field: 'name' } });
    expect((await backend.client.datasets.get({ id: 1 })).name).toBe('one');
  });

  it('as USAGE with the field, if the input does not fit its schema', async () => {
    const { backend, logged } = await testBackend();
    await expect(backend.client.datasets.rename({ id: 1, name: '' })).rejects.toMatchObject({
      code: 'USAGE',
      defined: true,
      data: { field: 'name' },
    });
    await expect(backend.client.datasets.get({ id: -1 })).rejects.toMatchObject({
      code: 'USAGE',
      data: { field: 'id' },
    });
    expect(logged).toEqual([]);
  });

  it('as INTERNAL and in the log, if nobody foresaw it', async () => {
    const { backend, logged } = await testBackend();
    backend.library.sqlite.exec('DROP TABLE settings');
    const error = await backend.client.system.settings().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INTERNAL', status: 500, defined: true });
    expect((error as Error).message).toContain('no such table: settings');
    expect(logged.join()).toContain('system.settings');
  });
});

describe('a sample', () => {
  it('comes with the run’s prediction and its measures', async () => {
    const { backend } = await testBackend();
    const datasetId = addFaces(backend.library, [{ key: 'a.png', votes: VOTES }]);
    const run = addRun(backend.library, datasetId);
    commitPredictions(
      backend.library,
      run,
      [{ sampleId: 1, probabilities: [0.5, 0.25, 0.25, 0, 0, 0, 0, 0], embedding: null }],
      1,
    );
    const { prediction } = await backend.client.samples.get({ id: 1, runId: run.id });
    expect(prediction?.predicted).toBe(0);
    const measure = (name: string) => prediction?.measures.find((each) => each.name === name)?.value;
    expect(measure('selfConfidence')).toBeCloseTo(0.5, 6);
    expect(measure('normalisedMargin')).toBeCloseTo((0.5 - 0.25 + 1) / 2, 6);
    expect(measure('hardness')).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(4), 5);
    const [p0, p1] = [8 / 9, 1 / 9];
    expect(measure('klFromVotes')).toBeCloseTo(p0 * Math.log(p0 / 0.5) + p1 * Math.log(p1 / 0.25), 5);
    expect((await backend.client.samples.get({ id: 1, runId: null })).prediction).toBeNull();
  });

  it('kept by reference is read from its file, and from its thumbnail once the file is gone', async () => {
    const { backend, folder } = await testBackend();
    const file = join(folder, 'large.jpg');
    writeFileSync(file, 'large pixels');
    const thumbnail = Buffer.from('\x89PNG\r\n\x1a\nsmall pixels', 'latin1');
    const image = { ...fakeImage('large'), mediaType: 'image/jpeg', bytes: null, file, thumbnail };
    addFaces(backend.library, [{ key: 'a.jpg', votes: VOTES }]);
    backend.library
      .prepare('UPDATE images SET bytes = NULL, file = ?, thumbnail = ?, media_type = ?')
      .run(image.file, image.thumbnail, image.mediaType);
    const read = async (variant: 'full' | 'thumbnail') => {
      const { mediaType, bytes } = await readSampleImage(backend.library, 1, variant);
      return [mediaType, Buffer.from(bytes).toString('latin1')];
    };
    expect(await read('full')).toEqual(['image/jpeg', 'large pixels']);
    expect(await read('thumbnail')).toEqual(['image/png', '\x89PNG\r\n\x1a\nsmall pixels']);
    rmSync(file);
    expect(await read('full')).toEqual(['image/png', '\x89PNG\r\n\x1a\nsmall pixels']);
    backend.library.prepare('UPDATE images SET thumbnail = NULL').run();
    await expect(read('full')).rejects.toThrow(NotFoundError);
  });
});

describe('changes', () => {
  it('are told to whoever watches, until they stop', async () => {
    const { backend } = await testBackend();
    addFaces(backend.library, [{ key: 'a.png', votes: VOTES }]);
    const over = new AbortController();
    const watch = await backend.client.jobs.watch(undefined, { signal: over.signal });
    await backend.client.datasets.rename({ id: 1, name: 'other' });
    await backend.client.datasets.remove({ id: 1 });
    const seen: unknown[] = [];
    for (let count = 0; count < 4; count += 1) seen.push((await watch.next()).value);
    const changed = (what: string) => ({ type: 'changed', what });
    expect(seen).toEqual([changed('datasets'), changed('datasets'), changed('samples'), changed('runs')]);
    over.abort();
    expect(backend.context.events.size).toBe(0);
  });

  it('to a run that a job works on are refused', async () => {
    const { backend } = await testBackend();
    const datasetId = addFaces(backend.library, [{ key: 'a.png', votes: VOTES }]);
    const run = addRun(backend.library, datasetId);
    commitPredictions(backend.library, run, [{ sampleId: 1, probabilities: peaked(8, 0, 0.9), embedding: null }], 1);
    const job = createJob(backend.library, { kind: 'predict', title: '', parameters: {}, datasetId, runId: run.id });
    await expect(backend.client.runs.remove({ id: run.id })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(backend.client.jobs.forget({ id: job.id })).rejects.toMatchObject({ code: 'CONFLICT' });
    await backend.client.jobs.cancel({ id: job.id });
    expect(await backend.client.runs.remove({ id: run.id })).toEqual({ predictions: 1 });
    expect(await backend.client.jobs.forget({ id: job.id })).toEqual({ id: job.id });
  });
});

describe('the class mapping of a model onto a dataset', () => {
  it('pairs names and says what is missing on either side', async () => {
    const { backend } = await testBackend();
    const datasetId = addFaces(backend.library, [{ key: 'a.png', votes: VOTES }]);
    const { modelId } = addRun(backend.library, datasetId, { classIndices: [1, 0] });
    expect(await backend.client.models.mapping({ modelId, datasetId })).toEqual({
      pairs: [
        { model: 'happiness', dataset: 'happiness' },
        { model: 'neutral', dataset: 'neutral' },
      ],
      missingInModel: ['surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt', 'unknown', 'NF'],
      usable: true,
    });
  });
});

describe('browsing the backend’s machine', () => {
  it('lists folders first, then the files an import or a model could use', async () => {
    const { backend } = await testBackend();
    const folder = mkdtempSync(join(tempFolder(), 'browse-'));
    for (const name of ['b', 'a', '.hidden']) mkdirSync(join(folder, name));
    for (const name of ['x10.csv', 'x9.csv', 'faces.zip', 'notes.exe', '.secret.csv'])
      writeFileSync(join(folder, name), 'abc');
    const listing = await backend.client.imports.browse({ folder });
    expect(listing.folder).toBe(folder);
    expect(existsSync(listing.parent!)).toBe(true);
    expect(listing.entries.map(({ name, folder: isFolder, bytes }) => [name, isFolder, bytes])).toEqual([
      ['a', true, null],
      ['b', true, null],
      ['faces.zip', false, 3],
      ['x9.csv', false, 3],
      ['x10.csv', false, 3],
    ]);
    expect((await backend.client.imports.browse({ folder: null })).entries).toBeInstanceOf(Array);
    expect((await backend.client.imports.browse({ folder: '/' })).parent).toBeNull();
  });

  it('says which folder cannot be read', async () => {
    const { backend, folder } = await testBackend();
    const missing = join(folder, 'missing');
    await expect(backend.client.imports.browse({ folder: missing })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      data: { file: missing },
    });
  });
});
