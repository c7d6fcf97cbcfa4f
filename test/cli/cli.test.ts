import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { COMMANDS } from '../../src/main/cli/index.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import { listJobs } from '../../src/main/library/jobs.ts';
import { FERPLUS_EMOTIONS } from '../../src/shared/class-sets.ts';
import { tinyClassifier, writeModel } from '../support/onnx-models.ts';
import { type CliResult, document, runCli, runCliHere, startCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'countenance-cli-'));
const faces = join(folder, 'faces');
writeDrawnFaces(faces, { train: 24, valid: 16 });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = (...words: readonly string[]): Promise<CliResult> => runCli(folder, '--json', ...words);

describe('the command line, from import to evaluation', () => {
  it('imports and says what it did', async () => {
    const result = await json('import', 'ferplus', faces, '--name', 'drawn');
    expect(result.code).toBe(0);
    expect(document(result)).toMatchObject({ dataset: 'drawn', kind: 'ferplus', imported: 40, skipped: {} });
    const again = await json('import', 'auto', faces, '--name', 'drawn');
    expect(document(again)).toMatchObject({ kind: 'ferplus', imported: 0, alreadyPresent: 40 });
  });

  it('lists what there is', async () => {
    expect(document(await json('datasets'))).toMatchObject([{ name: 'drawn', samples: 40 }]);
    const words = await runCli(folder, 'datasets', 'show', 'drawn');
    expect(words.stdout).toMatch(/^CLASS +TRAIN +VALID +ALL$/m);
    expect(words.stdout).toMatch(/^name +drawn$/m);
  });

  it('adds a model by flags, and refuses one that it cannot understand', async () => {
    // Every face is called by its brightness: the classes' weights are their numbers.
    const weights = [FERPLUS_EMOTIONS.map((_, index) => index / 1000)];
    const model = tinyClassifier({ channels: 1, size: 48, dtype: 'uint8', weights });
    const file = writeModel(join(folder, 'tiny.onnx'), model);
    const refused = await json('models', 'add', file);
    expect(refused.code).not.toBe(0);
    expect(document(refused)).toMatchObject({ error: { detail: { names: ['classes'] } } });
    const classes = FERPLUS_EMOTIONS.join(',');
    const added = await json('models', 'add', file, '--name', 'tiny', '--classes', classes, '--licence', 'MIT');
    expect(added.code).toBe(0);
    expect(document(added)).toMatchObject({ name: 'tiny', spec: { licence: 'MIT', classes: FERPLUS_EMOTIONS } });
  });

  it('predicts, and does not predict again what is there', async () => {
    const words = ['predict', '--dataset', 'drawn', '--model', 'tiny', '--split', 'valid', '--provider', 'cpu'];
    const result = await json(...words);
    expect(result.code).toBe(0);
    expect(document(result)).toMatchObject({ splits: ['valid'], done: 16, total: 16, predicted: 16, provider: 'cpu' });
    expect(document(await json(...words))).toMatchObject({ runId: 1, predicted: 0, alreadyPresent: 16 });
    expect(document(await json(...words, '--again'))).toMatchObject({ runId: 2, predicted: 16 });
  });

  it('evaluates a model’s newest run, or any', async () => {
    const words = ['evaluate', '--dataset', 'drawn', '--split', 'valid', '--protocol', 'majority'];
    const result = await json(...words, '--model', 'tiny');
    expect(result.code).toBe(0);
    const evaluation = document(result) as { support: number; dropped: number; confusion: number[][]; runId: number };
    expect(evaluation).toMatchObject({ runId: 2, protocol: 'majority', classes: FERPLUS_EMOTIONS, unpredicted: 0 });
    expect(evaluation.support + evaluation.dropped).toBe(16);
    expect(evaluation.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(evaluation.support);
    expect(document(await json(...words, '--run', '1'))).toMatchObject({ runId: 1 });
    expect((await json(...words, '--run', '9')).code).toBe(1);
    expect((await json(...words)).code).toBe(2);
    const inWords = await runCli(folder, ...words, '--model', 'tiny');
    expect(inWords.stdout).toMatch(/^accuracy +\d+\.\d %$/m);
    expect(inWords.stdout).toContain('VOTED \\ PREDICTED');
  });

  it('keeps a record of its jobs', async () => {
    const jobs = document(await json('jobs')) as { id: number; kind: string; status: string }[];
    expect(jobs.map(({ kind }) => kind).toReversed()).toEqual(['import', 'import', 'predict', 'predict', 'predict']);
    expect((await json('jobs', 'resume', String(jobs[0]!.id))).code).toBe(1);
    expect(document(await json('jobs', 'forget', String(jobs[0]!.id)))).toEqual({ forgotten: jobs[0]!.id });
    expect((await json('jobs', 'show', String(jobs[0]!.id))).code).toBe(1);
  });

  it('renames and removes', async () => {
    expect(document(await json('datasets', 'rename', 'drawn', 'sketched'))).toMatchObject({ name: 'sketched' });
    expect(document(await json('models', 'remove', 'tiny'))).toEqual({ removed: 'tiny', runs: 2 });
    expect(document(await json('datasets', 'remove', 'sketched'))).toEqual({ removed: 'sketched', samples: 40 });
    expect(existsSync(join(folder, 'tiny.onnx'))).toBe(true);
  });
});

describe('the doctor', () => {
  it('tells versions, tries every provider and looks at the library', async () => {
    const result = await json('doctor');
    expect(result.code).toBe(0);
    expect(document(result)).toMatchObject({
      healthy: true,
      node: process.versions.node,
      library: { healthy: true },
      providers: expect.arrayContaining([expect.objectContaining({ name: 'cpu', usable: true })]),
      tensorflow: { native: false, backend: 'cpu', remedy: expect.stringContaining('npm install') },
    });
    const words = await runCliHere(folder, 'doctor');
    expect(words.stdout).toMatch(
      /^trainer tfjs +TensorFlow\.js \d.* on its own cpu backend, slow: .*not installed\.$/m,
    );
    expect(words.stdout).toContain('for the native one: npm install');
  });

  it('fails with the reason where the library is damaged', async () => {
    const damaged = mkdtempSync(join(folder, 'damaged-'));
    writeFileSync(join(damaged, 'library.sqlite'), 'no database at all, but long enough to be read as one '.repeat(20));
    const result = await runCli(damaged, '--json', 'doctor');
    expect(result.code).toBe(1);
    expect(document(result)).toMatchObject({ error: { code: 'LIBRARY', detail: { file: expect.any(String) } } });
  });
});

describe('wrong usage', () => {
  it.each([
    [['predict'], '--dataset'],
    [['evaluate', '--dataset', 'x', '--split', 'middle'], 'middle'],
    [['import', 'movies', 'x'], 'movies'],
    [['import', 'ferplus'], 'paths'],
    [['import', 'ferplus', 'x', '--map', 'happy'], 'NAME=CLASS'],
    [['jobs', 'show', 'first'], 'first'],
    [['predict', '--dataset', 'x', '--model', 'y', '--batch', '0'], '1024'],
    [['predict', '--dataset', 'x', '--model', 'y', '--split', 'half'], 'half'],
    [['frobnicate'], 'frobnicate'],
    [['datasets', '--loud'], '--loud'],
    [[], 'command'],
  ])('%j exits 2 with one JSON document, or with words on stderr', async (words, hint) => {
    const result = await runCliHere(folder, '--json', ...words);
    expect([result.code, result.stderr]).toEqual([2, '']);
    expect(document(result)).toMatchObject({ error: { code: 'USAGE', message: expect.stringContaining(hint) } });
    const inWords = await runCliHere(folder, ...words);
    expect([inWords.code, inWords.stdout]).toEqual([2, '']);
    expect(inWords.stderr).toContain(hint);
  });

  it('is told to the shell', async () => {
    const result = await json('frobnicate');
    expect(result.code).toBe(2);
    expect(document(result)).toMatchObject({ error: { code: 'USAGE' } });
  });
});

describe('a failure', () => {
  it('exits 1 and says what, where and what to do', async () => {
    const missing = await json('import', 'ferplus', join(folder, 'nowhere'));
    expect(missing.code).toBe(1);
    expect(document(missing)).toMatchObject({
      error: { code: 'NOT_FOUND', detail: { file: join(folder, 'nowhere') } },
    });
    const unknown = await runCliHere(folder, '--json', 'predict', '--dataset', 'none', '--model', 'x');
    expect(document(unknown)).toMatchObject({ error: { code: 'NOT_FOUND', detail: { field: 'name' } } });
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const nothing = await runCliHere(folder, 'import', 'auto', empty);
    expect([nothing.code, nothing.stdout]).toEqual([1, '']);
    expect(nothing.stderr).toContain(empty);
  });
});

describe('help', () => {
  it('names every command and exits 0', async () => {
    const { code, stdout } = await runCli(folder, '--help');
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    const version = await runCli(folder, '--version');
    expect([version.code, version.stdout]).toEqual([0, '0.1.0\n']);
  });
});

/** Waits until an engine has taken up a job of the library. */
async function jobStarted(libraryFile: string): Promise<void> {
  while (!existsSync(libraryFile)) await pause(10);
  const library = openLibrary(libraryFile);
  while (!listJobs(library).some(({ status }) => status === 'running')) await pause(5);
  library.close();
}

describe('Ctrl-C', () => {
  it('cancels the running job within a batch, keeps what was done and says how to go on', async () => {
    const own = mkdtempSync(join(folder, 'interrupted-'));
    const many = join(own, 'faces');
    writeDrawnFaces(many, { train: 1200 });
    const { child, result } = startCli(own, ['--json', 'import', 'ferplus', many, '--name', 'many']);
    await jobStarted(join(own, 'library.sqlite'));
    child.kill('SIGINT');
    const interrupted = await result;
    expect(interrupted.code).toBe(1);
    const { error } = document(interrupted) as { error: { code: string; detail: { remedy: string } } };
    expect(error.code).toBe('CANCELLED');
    const [, job] = /jobs resume (\d+)$/.exec(error.detail.remedy)!;
    const resumed = await runCli(own, '--json', 'jobs', 'resume', job!);
    expect(document(resumed)).toMatchObject({ status: 'done' });
    expect(document(await runCli(own, '--json', 'datasets'))).toMatchObject([{ samples: 1200 }]);
  });
});

describe('serve', () => {
  it('prints the link as one document and ends cleanly at Ctrl-C', async () => {
    const { child, result } = startCli(folder, ['--json', 'serve', '--no-open', '--port', '0']);
    let printed = '';
    await new Promise<void>((ready) => {
      child.stdout!.on('data', (text: Buffer) => {
        printed += text.toString();
        if (printed.includes('\n}')) ready();
      });
      child.on('close', () => ready());
    });
    if (!existsSync(join(import.meta.dirname, '../../out/renderer/index.html'))) {
      expect(document(await result)).toMatchObject({ error: { detail: { remedy: expect.stringContaining('build') } } });
      return;
    }
    const { url } = JSON.parse(printed) as { url: string };
    expect((await fetch(new URL('/', url))).status).toBe(401);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
    child.kill('SIGINT');
    expect((await result).code).toBe(0);
  });
});

describe('the demo', () => {
  it('tours on drawn faces, runs what it exports again, and leaves a library to open', async () => {
    const out = join(folder, 'tour');
    const result = await runCli(folder, '--json', 'demo', '--out', out, '--faces', '160', '--epochs', '1');
    expect(result.code).toBe(0);
    const library = join(out, 'library.sqlite');
    expect(document(result)).toMatchObject({
      synthetic: true,
      import: { imported: 160 },
      before: { run: { modelName: 'nr-swin-micro', done: 32 }, evaluation: { protocol: 'majority' } },
      after: { run: { modelName: 'nr-swin-micro-demo', done: 32 }, evaluation: { accuracy: expect.any(Number) } },
      library,
      open: `npm start -- --library ${library}`,
    });
    const { rerun } = document(result) as { rerun: { file: string; changed: number; maxDifference: number } };
    expect(rerun).toMatchObject({ faces: 32, changed: 0 });
    expect(rerun.maxDifference).toBeLessThan(1e-4);
    expect(readdirSync(rerun.file)).toContain('nr-swin-micro-demo.onnx');
    expect(result.stderr).toContain('simulated annotators');
    expect(existsSync(library)).toBe(true);
  }, 240_000);
});
