import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { classifier } from '../../src/main/engine/nets/classifier.ts';
import { parametersOf } from '../../src/main/engine/nets/instantiate.ts';
import { configFor } from '../../src/main/engine/nets/registry.ts';
import { compileFile } from '../../src/main/engine/onnx/run.ts';
import { numbersOf, type TensorData, tensorOf } from '../../src/main/engine/onnx/tensor.ts';
import { matchWeights } from '../../src/main/engine/weights/key-tables.ts';
import { loadSafetensors } from '../../src/main/engine/weights/safetensors.ts';
import { FERPLUS_EMOTIONS } from '../../src/shared/class-sets.ts';
import type { BuiltModel, ImportedModel } from '../../src/shared/contract/model-folders.ts';
import type { ModelSpec } from '../../src/shared/model-spec.ts';
import { tinyClassifier, writeModel } from '../support/onnx-models.ts';
import { PYTORCH_MODEL } from '../support/pytorch-model.ts';
import { seededRandom } from '../support/random.ts';
import { hasSharedData, needsSharedData, REFERENCE_MODEL } from '../support/shared-data.ts';
import { suiteFolder } from '../support/temp.ts';
import { type CliResult, document, runCliHere, startCli } from './run-cli.ts';

const folder = suiteFolder();
const CLASSES = FERPLUS_EMOTIONS.join(',');
const FILES = ['card.md', 'manifest.json', 'weights.safetensors'];

const models = (...words: readonly string[]): Promise<CliResult> => runCliHere(folder, '--json', 'models', ...words);
const build = (name: string, ...words: readonly string[]): Promise<CliResult> =>
  models('build', '--backbone', 'nr_swin_micro', '--out', join(folder, name), '--classes', CLASSES, ...words);
const readManifest = (name: string): ModelSpec & { file: string } =>
  JSON.parse(readFileSync(join(folder, name, 'manifest.json'), 'utf8'));

const next = seededRandom(1);
const PIXELS = tensorOf(
  'uint8',
  [3, 1, 48, 48],
  Array.from({ length: 3 * 48 * 48 }, () => Math.floor(next() * 256)),
);

async function predictions(file: string): Promise<Readonly<Record<string, TensorData>>> {
  const executable = await compileFile(file);
  const outputs = await executable.run({ pixels: PIXELS });
  await executable.release();
  return outputs;
}

/** The largest difference between the outputs of two models on the same random faces. */
async function distance(a: string, b: string): Promise<number> {
  const [first, second] = [await predictions(a), await predictions(b)];
  expect(Object.keys(first)).toEqual(Object.keys(second));
  const pairs = Object.entries(first).map(([name, tensor]) => [numbersOf(tensor), numbersOf(second[name]!)] as const);
  return Math.max(...pairs.flatMap(([ours, theirs]) => ours.map((value, at) => Math.abs(value - theirs[at]!))));
}

describe.skipIf(!hasSharedData)(`models build from the reference weights${needsSharedData}`, () => {
  it('predicts what the reference model predicts', async () => {
    const weights = REFERENCE_MODEL.replace(/onnx$/, 'safetensors');
    const result = await build('reference', '--weights', weights, '--no-add', '--opset', '17');
    expect(document(result)).toMatchObject({ model: null, drawn: [], weights: [{ file: weights, matched: 166 }] });
    expect(await distance(join(folder, 'reference/reference.onnx'), REFERENCE_MODEL)).toBeLessThan(1e-4);
  });
});

describe('models build', () => {
  const file = join(folder, 'small/small.onnx');
  let result: CliResult;
  let built: BuiltModel;

  beforeAll(async () => {
    result = await build('small', '--seed', '7', '--licence', 'MIT', '--source', 'a test');
    built = document(result) as BuiltModel;
  });

  it('writes a model’s folder, adds it to the library and says so', () => {
    expect(result.code).toBe(0);
    expect(built).toMatchObject({ folder: join(folder, 'small'), parameters: 2_247_133, weights: [] });
    expect(built.files.toSorted()).toEqual([...FILES, 'small.onnx'].toSorted());
    expect(readdirSync(join(folder, 'small'))).toEqual(built.files);
    expect(built.model).toMatchObject({ name: 'small', file, shipped: false, graph: { opset: 20 } });
    expect(built.model!.spec).toMatchObject({ classes: [...FERPLUS_EMOTIONS], licence: 'MIT', source: 'a test' });
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('writes a manifest from which the same network can be built again with its weights', () => {
    const { network, input, pipeline } = readManifest('small');
    expect(input).toMatchObject({ name: 'pixels', dtype: 'uint8', width: 48, height: 48, colour: 'grey', channels: 1 });
    expect(pipeline).toContain('neural resizer 96 → 56 (r = 1, n = 16)');
    const specs = parametersOf(classifier, configFor(classifier, network!.config));
    const stored = loadSafetensors(join(folder, 'small', network!.weights));
    expect(matchWeights(specs, stored).matched).toHaveLength(stored.size);
    expect(built.drawn).toEqual(specs.map(({ key }) => key));
  });

  it('writes a card that says what is inside and that nothing of it is trained', () => {
    const card = readFileSync(join(folder, 'small/card.md'), 'utf8');
    expect(card).toContain(built.model!.sha256);
    expect(card).toContain('drawn from the seed 7');
    expect(card).toMatch(/not trained/);
  });

  it('makes a model that the app runs', async () => {
    const faces = join(folder, 'faces');
    writeDrawnFaces(faces, { valid: 4 });
    await runCliHere(folder, '--json', 'import', 'ferplus', faces, '--name', 'drawn');
    const words = ['predict', '--dataset', 'drawn', '--model', 'small', '--provider', 'cpu'];
    expect(document(await runCliHere(folder, '--json', ...words))).toMatchObject({ done: 4, complete: true });
  });

  it('takes another name, colour faces and the parts that are asked for', async () => {
    const parts = ['--stn', '--sr', 'espcn', '--resizer-blocks', '0', '--head', 'paper', '--channels', '3'];
    const made = document(await build('parts', ...parts, '--name', 'All parts', '--mean', '0.4')) as BuiltModel;
    expect(made.model).toMatchObject({ name: 'All parts', spec: { input: { channels: 3, colour: 'rgb' } } });
    const { network, file: named } = readManifest('parts');
    expect(named).toBe('All parts.onnx');
    expect(network!.config).toMatchObject({
      stn: true,
      sr: { kind: 'espcn' },
      resizer: { r: 0, n: 16 },
      head: 'paper',
      normalise: { mean: [0.4, 0.4, 0.4], std: [0.25, 0.25, 0.25] },
    });
  });

  it('shows a table and writes nothing where the weights do not fit', async () => {
    const weights = join(folder, 'small/weights.safetensors');
    const words = ['models', 'build', '--backbone', 'nr_swin_micro', '--classes', 'yes,no', '--weights', weights];
    const out = join(folder, 'fewer');
    const refused = await runCliHere(folder, ...words, '--out', out);
    expect([refused.code, refused.stdout, existsSync(out)]).toEqual([1, '', false]);
    expect(refused.stderr).toMatch(/^backbone\.head\.fc\.weight +\[2, 192\] +\[8, 192\]$/m);
    expect(refused.stderr).toContain('--reinitialise-head');
  });

  it('does not write over what is there, unless it may: from its own weights comes the same model', async () => {
    expect(document(await build('small'))).toMatchObject({
      error: { code: 'CONFLICT', detail: { remedy: expect.stringContaining('--force') } },
    });
    const before = join(folder, 'before.onnx');
    copyFileSync(file, before);
    const weights = join(folder, 'small/weights.safetensors');
    const words = ['--force', '--weights', weights, '--source', 'its own weights'];
    const renewed = document(await build('small', ...words)) as BuiltModel;
    expect(renewed).toMatchObject({ drawn: [], model: { id: built.model!.id, spec: { source: 'its own weights' } } });
    expect(await distance(before, file)).toBe(0);
    rmSync(before);
  });

  it.each([
    ['a name that another model has', ['--name', 'nr-swin-micro'], 1, /already a model named “nr-swin-micro”/],
    ['an unknown network', ['--backbone', 'resnet50'], 2, /no network “resnet50”/],
    ['a name that no file can have', ['--name', 'a/b'], 2, /Letters, digits/],
    ['half a super-resolution', ['--sr', 'fsrcnn:'], 2, /KIND:FILE/],
  ])('refuses %s and leaves nothing', async (_, words, code, message) => {
    const before = readdirSync(folder);
    const refused = await build('refused', ...words);
    expect([refused.code, document(refused)]).toMatchObject([
      code,
      { error: { message: expect.stringMatching(message) } },
    ]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('leaves nothing at Ctrl-C', async () => {
    const own = join(folder, 'interrupted');
    mkdirSync(own);
    const out = join(own, 'large');
    const words = [
      '--json',
      'models',
      'build',
      '--backbone',
      'vit_small_patch16_224',
      '--classes',
      'a,b',
      '--out',
      out,
    ];
    const { child, result: ended } = startCli(own, words);
    while (!readdirSync(own).some((name) => name.endsWith('.part'))) await pause(5);
    child.kill('SIGINT');
    const interrupted = await ended;
    expect([interrupted.code, document(interrupted)]).toMatchObject([1, { error: { code: 'CANCELLED' } }]);
    expect(readdirSync(own).filter((name) => !name.startsWith('library.'))).toEqual([]);
  });
});

describe('models import-onnx', () => {
  const WEIGHTS = [[0.1, 0.2, -0.3]];

  it('takes over another tool’s model with the same predictions', async () => {
    const words = ['--name', 'taken', '--out', join(folder, 'taken')];
    const imported = document(await models('import-onnx', PYTORCH_MODEL, ...words)) as ImportedModel;
    expect(imported).toMatchObject({ unknownOps: [], gradientObstacle: null, difference: 0, compared: 4 });
    expect(imported.files).toEqual(['card.md', 'manifest.json', 'taken.onnx']);
    expect(imported.model!.spec).toMatchObject({ name: 'taken', classes: [...FERPLUS_EMOTIONS] });
    expect(await distance(PYTORCH_MODEL, join(folder, 'taken/taken.onnx'))).toBe(0);
  });

  it('passes unknown ops through and says that they end the gradient; its folder stands beside the library', async () => {
    const model = tinyClassifier({ channels: 1, dtype: 'float32', weights: WEIGHTS });
    const [cast, mean, product, softmax] = model.graph.node!;
    const strange = { opType: 'QuickGelu', domain: 'com.microsoft', input: ['numbers'], output: ['odd'] };
    const nodes = [cast!, strange, { ...mean!, input: ['odd'] }, product!, softmax!];
    const opsetImport = [...model.opsetImport, { domain: 'com.microsoft', version: 1 }];
    const file = writeModel(join(folder, 'odd.onnx'), {
      ...model,
      opsetImport,
      graph: { ...model.graph, node: nodes },
    });
    const result = await models('import-onnx', file, '--classes', 'a,b,c');
    expect(document(result)).toMatchObject({
      folder: join(folder, 'models/odd'),
      unknownOps: [{ op: 'com.microsoft.QuickGelu', nodes: 1 }],
      gradientObstacle: 'com.microsoft.QuickGelu has no gradient here.',
      difference: 0,
    });
    expect(readFileSync(join(folder, 'models/odd/card.md'), 'utf8')).toContain('com.microsoft.QuickGelu (1)');
  });

  it('says what neither file nor flags tell, and leaves nothing', async () => {
    const file = writeModel(join(folder, 'nameless.onnx'), tinyClassifier({ channels: 1, weights: WEIGHTS }));
    const refused = await models('import-onnx', file, '--out', join(folder, 'nameless'));
    expect(document(refused)).toMatchObject({ error: { code: 'MODEL', detail: { names: ['classes'] } } });
    expect(existsSync(join(folder, 'nameless'))).toBe(false);
    writeFileSync(join(folder, 'broken.onnx'), 'no model');
    expect((await models('import-onnx', join(folder, 'broken.onnx'))).code).toBe(1);
  });
});
