import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { writeClassifier } from '../../src/main/engine/models/write-classifier.ts';
import { writePapers } from '../../src/main/engine/models/write-folder.ts';
import { compileFile } from '../../src/main/engine/onnx/run.ts';
import { numbersOf, tensorOf } from '../../src/main/engine/onnx/tensor.ts';
import { initialWeights } from '../../src/main/engine/weights/initial.ts';
import { FERPLUS_EMOTIONS } from '../../src/shared/class-sets.ts';
import type { Evaluation } from '../../src/shared/contract/analysis.ts';
import type { ExportResult } from '../../src/shared/contract/exports.ts';
import type { ImportedModel } from '../../src/shared/contract/model-folders.ts';
import type { ModelSpec } from '../../src/shared/model-spec.ts';
import { specsOf, tinyConfig } from '../engine/training/tiny-run.ts';
import { suiteFolder } from '../support/temp.ts';
import { type CliResult, document, runCliHere } from './run-cli.ts';

/** Several processes, one after another. */
const LONG = 180_000;

const folder = suiteFolder();
/** Apart from the rest, because the packages are linked into it. */
const program = suiteFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const json = (...words: readonly string[]): Promise<CliResult> => runCliHere(folder, '--json', ...words);
const exported = async (...words: readonly string[]): Promise<ExportResult & { readonly jobId: number }> => {
  const result = await json('export', ...words);
  expect(result).toMatchObject({ code: 0 });
  return document(result) as ExportResult & { readonly jobId: number };
};
const PIXELS = tensorOf(
  'uint8',
  [3, 1, 48, 48],
  Array.from({ length: 3 * 48 * 48 }, (_, index) => (index * 71 + (index >> 7) * 13) % 256),
);

async function probabilities(file: string): Promise<readonly number[]> {
  const model = await compileFile(file);
  const found = await model.run({ pixels: PIXELS }, ['probabilities']);
  await model.release();
  return numbersOf(found.probabilities!);
}

const filesHere = (): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('library.'));

/** A small network of every kind of part but the spatial transformer, as `models build` writes one. */
async function writeSmallModel(name: string): Promise<string> {
  const config = tinyConfig({
    input: 48,
    sr: { kind: 'fsrcnn', config: { input: 48, scale: 2 } },
    resizer: { kind: 'resizer', n: 2, r: 0 },
    num_classes: FERPLUS_EMOTIONS.length,
  });
  const about = { name, classOverrides: {}, licence: 'MIT', source: '', trainedOn: '', metrics: null };
  const tensors = initialWeights(specsOf(config), 5);
  mkdirSync(at(name));
  const spec = writeClassifier(at(name), { ...about, classes: [...FERPLUS_EMOTIONS], config, tensors });
  await writePapers(at(name), spec, { summary: 'For tests.', sections: [] });
  return at(name, `${name}.onnx`);
}

/** A face super-resolution and what stands behind it are trained, as a shipped model is. */
beforeAll(async () => {
  writeDrawnFaces(at('faces'), { train: 64, valid: 24 });
  const model = await writeSmallModel('small');
  const training = '--loss f-pdls --scope head,resizer --epochs 1 --batch 8 --limit 32 --lr 0.01 --provider cpu'.split(
    ' ',
  );
  for (const words of [
    ['import', 'ferplus', at('faces'), '--name', 'drawn'],
    ['models', 'add', model],
    ['sr', 'train', '--dataset', 'drawn', '--out', at('sr.safetensors'), '--epochs', '1', '--provider', 'cpu'],
    ['train', '--dataset', 'drawn', '--model', 'small', '--sr-weights', at('sr.safetensors'), ...training],
  ]) {
    const { code, stderr } = await runCliHere(folder, ...words);
    expect(code, stderr).toBe(0);
  }
}, 2 * LONG);

describe('countenance export', () => {
  it('writes what a run trained as one file, compared on the faces that it was validated with', async () => {
    const result = await exported('--run', '1', '--out', at('out/tuned.onnx'), '--stages', '--weights');
    expect(result).toMatchObject({ name: 'tuned', opset: 17, folder: at('out') });
    expect(result.check).toMatchObject({ dataset: 'drawn', split: 'valid', faces: 24, changed: 0 });
    expect(result.maxDifference).toBeLessThan(1e-4);
    expect(result.check.stages).toBeLessThan(1e-4);
    expect(readdirSync(at('out'))).toEqual(result.files.map(({ name }) => name).toSorted());
    expect(result.files.map(({ role }) => role)).toContain('weights');
    for (const file of result.files) expect(readFileSync(file.path)).toHaveLength(file.bytes);
  });

  it('says in file, card and JSON how it was trained, on which votes and with which prior', async () => {
    const guessed = document(await json('models', 'add', at('out/tuned.onnx'), '--name', 'taken up')) as {
      readonly spec: ModelSpec;
      readonly graph: { readonly metadata: Readonly<Record<string, string>> };
    };
    const said = guessed.graph.metadata;
    expect(said).toMatchObject({ dataset: 'drawn', protocol: 'majority', name: 'tuned' });
    expect(JSON.parse(said.classes!)).toEqual([...FERPLUS_EMOTIONS]);
    expect(JSON.parse(said.votes_files!)).toEqual(guessed.spec.training!.votesFiles);
    const prior = JSON.parse(said.prior!) as NonNullable<NonNullable<ModelSpec['training']>['prior']>;
    expect(prior.classes).toEqual([...FERPLUS_EMOTIONS]);
    for (const row of prior.rows) expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    expect(guessed.spec.training).toMatchObject({ epochs: 1, faces: 32, prior, config: { loss: { name: 'f_pdls' } } });
    expect(JSON.stringify(guessed.spec.training)).not.toContain(folder);
    const card = readFileSync(at('out/tuned.md'), 'utf8');
    expect(card).toMatch(/\| \*\*1\*\* \| \d/);
    expect(card).toContain('countenance train --config settings.json');
    expect(card).not.toContain(folder);
  });

  it('is trained on from the weights beside it', async () => {
    const words = ['finetune', '--dataset', 'drawn', '--model', 'taken up', '--epochs', '1', '--dry-run'];
    expect(document(await json(...words))).toMatchObject({ plan: { stepsPerEpoch: 1 } });
  });

  it('predicts the same when it is taken over again', async () => {
    const words = ['models', 'import-onnx', at('out/tuned.onnx'), '--name', 'again', '--out', at('again')];
    const { model, difference } = document(await json(...words)) as ImportedModel;
    expect([difference, model!.spec.classes]).toEqual([0, [...FERPLUS_EMOTIONS]]);
    expect(await probabilities(at('again/again.onnx'))).toEqual(await probabilities(at('out/tuned.onnx')));
  });

  it('is scored alike then', { timeout: LONG }, async () => {
    const figures = [];
    for (const name of ['again', 'taken up']) {
      await json('predict', '--dataset', 'drawn', '--split', 'valid', '--model', name, '--provider', 'cpu');
      const { accuracy, confusion } = document(
        await json('evaluate', '--dataset', 'drawn', '--split', 'valid', '--model', name),
      ) as Evaluation;
      figures.push({ accuracy, confusion });
    }
    expect(figures[0]).toEqual(figures[1]);
  });

  it('runs by the program on its card', async () => {
    const { usage } = await exported('--run', '1', '--out', join(program, 'model.onnx'));
    const face = readdirSync(at('faces/FER2013Valid')).find((name) => name.endsWith('.png'))!;
    writeFileSync(join(program, 'face.png'), readFileSync(at('faces/FER2013Valid', face)));
    symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(program, 'node_modules'));
    writeFileSync(join(program, 'run.mjs'), usage.javascript);
    const { stdout } = await promisify(execFile)(process.execPath, ['run.mjs'], { cwd: program });
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(rows.map(([name]) => name)).toEqual([...FERPLUS_EMOTIONS]);
    expect(rows.reduce((sum, [, share]) => sum + Number(share), 0)).toBeCloseTo(1, 2);
  });

  it('writes a folder to be shipped, whose card has the figures that evaluate reproduces', {
    timeout: LONG,
  }, async () => {
    const out = at('models/shipped');
    const result = await exported(
      '--run',
      '1',
      '--format',
      'folder',
      '--fp16',
      '--name',
      'shipped',
      '--out',
      out,
      '--measure',
      'valid',
    );
    expect(readdirSync(out)).toEqual(['card.md', 'manifest.json', 'weights.safetensors']);
    expect(result.files[0]).toMatchObject({ role: 'weights' });
    expect(result.files[0]!.bytes).toBeLessThan(8_000_000);
    expect(result.maxDifference).toBeLessThan(0.02);
    expect(document(await json('models', 'add', join(out, 'weights.safetensors')))).toMatchObject({ name: 'shipped' });
    await json('predict', '--dataset', 'drawn', '--split', 'valid', '--model', 'shipped', '--provider', 'cpu');
    const found = document(
      await json('evaluate', '--dataset', 'drawn', '--split', 'valid', '--model', 'shipped'),
    ) as Evaluation;
    const [measured] = result.measured;
    expect(measured).toMatchObject({
      dataset: 'drawn',
      split: 'valid',
      protocol: 'majority',
      faces: found.support,
      votesFiles: found.voteFiles,
    });
    expect([measured!.accuracy, measured!.macroF1]).toEqual([found.accuracy, found.macroF1]);
    expect(measured!.recall.map(({ recall }) => recall)).toEqual(found.perClass.map(({ recall }) => recall));
    const { metrics } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as ModelSpec;
    expect(metrics).toMatchObject({
      accuracy: found.accuracy,
      macroF1: found.macroF1,
      split: 'valid',
      dataset: 'drawn',
    });
    expect(readFileSync(join(out, 'card.md'), 'utf8')).toContain(`${(found.accuracy! * 100).toFixed(2)} %`);
  });

  it('exports a model of weights alone again, with half weights where that is asked for', async () => {
    const result = await exported(
      '--model',
      'shipped',
      '--out',
      at('half'),
      '--fp16',
      '--input',
      'float32',
      '--opset',
      '20',
    );
    expect(result).toMatchObject({ name: 'shipped', opset: 20, check: { dataset: 'drawn' } });
    // Its weights are half already: nothing is lost a second time.
    expect(result.maxDifference).toBeLessThan(1e-4);
  });

  it('takes a folder beside the library unless it is told, and pixels drawn where no faces are known', async () => {
    const result = await exported('--model', 'nr-swin-micro');
    expect(result).toMatchObject({ folder: at('exports/nr-swin-micro'), check: { dataset: null, faces: 16 } });
  });

  it('is a job: listed, with its result', async () => {
    const listed = document(await json('jobs')) as readonly { readonly kind: string; readonly status: string }[];
    const exports = listed.filter(({ kind }) => kind === 'export');
    expect(exports.length).toBeGreaterThan(3);
    expect(new Set(exports.map(({ status }) => status))).toEqual(new Set(['done']));
  });

  it.each([
    ['neither model nor run', [], 2, /either which model or which training run/],
    ['both', ['--model', 'shipped', '--run', '1'], 2, /either which model/],
    ['a run that is none', ['--run', '99'], 1, /no training run with the number 99/],
    ['an operator set that is too old', ['--model', 'shipped', '--opset', '16'], 2, /17 to 20/],
    ['stages of weights alone', ['--model', 'shipped', '--format', 'folder', '--stages'], 2, /have no stages/],
    [
      'a folder format in a file',
      ['--model', 'shipped', '--format', 'folder', '--out', at('x.onnx')],
      2,
      /into a folder/,
    ],
    ['stages of another tool’s model', ['--model', 'again', '--stages'], 2, /not known here/],
    ['a place that is taken', ['--model', 'shipped', '--out', at('out/tuned.onnx')], 1, /exists already/],
    ['a split without faces', ['--model', 'shipped', '--dataset', 'drawn', '--split', 'test'], 2, /no faces in test/],
    [
      'a difference that is not allowed',
      ['--run', '1', '--fp16', '--tolerance', '1e-12', '--out', at('strict')],
      1,
      /at most 1e-12/,
    ],
  ])('refuses %s and leaves nothing', async (_, words, code, message) => {
    const before = filesHere();
    const refused = await json('export', ...words);
    expect([refused.code, document(refused)]).toMatchObject([
      code,
      { error: { message: expect.stringMatching(message) } },
    ]);
    expect(filesHere()).toEqual(before);
  });

  it('makes the folders that lead to its place', async () => {
    const file = at('deep/er/model.onnx');
    mkdirSync(at('deep'));
    await exported('--model', 'nr-swin-micro', '--out', file);
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(dirname(file))).toEqual(['model.json', 'model.md', 'model.onnx']);
  });
});
