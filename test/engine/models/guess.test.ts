import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseClassNames } from '../../../src/main/engine/models/class-names.ts';
import { completeSpec } from '../../../src/main/engine/models/complete.ts';
import { guessModel } from '../../../src/main/engine/models/guess.ts';
import { inspectModel } from '../../../src/main/engine/models/inspect.ts';
import { hashFile, registerModel, registerShippedModels } from '../../../src/main/engine/models/register.ts';
import { openLibrary } from '../../../src/main/library/db.ts';
import { listModels } from '../../../src/main/library/models.ts';
import { ConflictError, ModelError, NotFoundError } from '../../../src/shared/errors.ts';
import { type TinyClassifier, tinyClassifier, writeModel } from '../../support/onnx-models.ts';
import { PYTORCH_MODEL } from '../../support/pytorch-model.ts';
import { hasSharedData, REFERENCE_MANIFEST } from '../../support/shared-data.ts';
import { suiteFolder } from '../../support/temp.ts';

const folder = suiteFolder();
const WEIGHTS = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];
let files = 0;

function modelFile(options: Partial<TinyClassifier> = {}, name = 'model'): string {
  files += 1;
  const own = join(folder, String(files));
  mkdirSync(own);
  return writeModel(join(own, `${name}.onnx`), tinyClassifier({ weights: WEIGHTS, ...options }));
}

function withManifest(file: string, manifest: unknown, name = 'manifest.json'): string {
  writeFileSync(join(file, '..', name), JSON.stringify(manifest));
  return file;
}

function errorOf(work: () => unknown): ModelError {
  try {
    work();
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('No ModelError was thrown.');
}

describe('a guess without a manifest', () => {
  it('reads NCHW float32 with its size, and says that ImageNet scaling is guessed', () => {
    const guess = guessModel(modelFile({ size: 32 }, 'My net'), null);
    expect(guess.spec.input).toEqual({
      name: 'pixels',
      dtype: 'float32',
      layout: 'NCHW',
      width: 32,
      height: 32,
      colour: 'rgb',
      channels: 3,
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
    expect(guess.spec.name).toBe('My net');
    expect(guess.guessed).toEqual(['name', 'input.colour', 'input.scale', 'input.mean', 'input.std', 'outputs']);
    expect(guess.missing).toEqual(['classes']);
    expect(guess.manifestFile).toBeNull();
  });

  it('reads NHWC, and uint8 pixels as they are', () => {
    const { spec, guessed } = guessModel(modelFile({ layout: 'NHWC', dtype: 'uint8', size: 20 }), null);
    expect(spec.input).toMatchObject({
      layout: 'NHWC',
      dtype: 'uint8',
      width: 20,
      scale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
    expect(guessed).not.toContain('input.scale');
  });

  it('reads one channel as grey, without ImageNet’s means', () => {
    const { spec, guessed } = guessModel(modelFile({ channels: 1, weights: [[1, 2]] }), null);
    expect(spec.input).toMatchObject({ colour: 'grey', channels: 1, scale: 1 / 255, mean: [0], std: [1] });
    expect(guessed).not.toContain('input.colour');
  });

  it('says that a size is missing where the graph leaves it open', () => {
    expect(guessModel(modelFile({ size: 'side' }), null).missing).toEqual(['input.width', 'input.height', 'classes']);
  });

  it('tells probabilities, logits and embedding apart by name', () => {
    expect(guessModel(modelFile(), null).spec.outputs).toEqual({
      probabilities: 'probabilities',
      logits: 'logits',
      embedding: 'embedding',
    });
    const names = { probabilities: 'Softmax_7', logits: 'class_scores', embedding: 'pooled_features' };
    expect(guessModel(modelFile({ names }), null).spec.outputs).toEqual(names);
  });

  it('looks at the last operator where the name says nothing', () => {
    const names = { probabilities: 'out', logits: 'out' };
    const last = guessModel(modelFile({ outputs: ['probabilities'], names: { probabilities: 'out' } }), null);
    expect(last.spec.outputs).toEqual({ probabilities: 'out' });
    const plain = guessModel(modelFile({ outputs: ['logits'], names: { logits: names.logits } }), null);
    expect(plain.spec.outputs).toEqual({ logits: 'out' });
  });

  it('takes class names from the file’s metadata', () => {
    const metadata = { names: "{0: 'angry', 1: 'happy', 2: 'it\\'s sad'}" };
    expect(guessModel(modelFile({ metadata }), null).spec.classes).toEqual(['angry', 'happy', "it's sad"]);
  });

  it('refuses what is no ONNX file, no classifier, or takes other numbers', () => {
    const text = join(folder, 'text.onnx');
    writeFileSync(text, 'not a model at all');
    expect(errorOf(() => guessModel(text, null)).detail.file).toBe(text);
    expect(() => guessModel(join(folder, 'absent.onnx'), null)).toThrow(NotFoundError);
    const whole = readFileSync(modelFile());
    writeFileSync(text, whole.subarray(0, whole.length - 30));
    expect(() => guessModel(text, null)).toThrow(/cut short/);
    expect(errorOf(() => guessModel(modelFile({ dtype: 'float64' }), null)).detail.field).toBe('input.dtype');
  });
});

describe('class names in metadata', () => {
  it.each([
    ['a JSON list', '["a", "b"]', ['a', 'b']],
    ['a JSON dictionary, by index', '{"1": "b", "0": "a", "10": "k"}', null],
    ['a whole JSON dictionary', '{"1": "b", "0": "a"}', ['a', 'b']],
    ['a Python list', "['a', \"b's\"]", ['a', "b's"]],
    ['a Python dictionary', "{1: 'b', 0: 'a'}", ['a', 'b']],
    ['commas', 'a, b,c', ['a', 'b', 'c']],
    ['lines', 'a\nb', ['a', 'b']],
    ['one word', 'classifier', null],
    ['nothing', '', null],
  ])('may be %s', (_, text, expected) => {
    expect(parseClassNames(text)).toEqual(expected);
  });
});

describe('a manifest', () => {
  it('in the reference model’s spelling needs no guess', () => {
    const guess = guessModel(PYTORCH_MODEL, null);
    expect(guess.manifestFile).toBe(join(PYTORCH_MODEL, '..', 'manifest.json'));
    expect(guess.guessed).toEqual([]);
    expect(guess.missing).toEqual([]);
    expect(guess.spec).toMatchObject({
      name: 'nr-swin-micro',
      input: { name: 'pixels', dtype: 'uint8', layout: 'NCHW', width: 48, height: 48, colour: 'grey', scale: 1 },
      outputs: { probabilities: 'probabilities', logits: 'logits', embedding: 'embedding' },
      classes: ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt'],
      metrics: { faces: 3199, accuracy: 0.8099, macroF1: 0.5863, protocol: 'majority' },
    });
  });

  it('is read as the reference model’s own file has it', (context) => {
    if (!hasSharedData) return context.skip('../shared/models/nr-swin-micro.json is not there');
    const { spec, missing, guessed } = guessModel(PYTORCH_MODEL, REFERENCE_MANIFEST);
    expect({ missing, guessed }).toEqual({ missing: [], guessed: [] });
    expect(spec.input).toEqual(guessModel(PYTORCH_MODEL, null).spec.input);
  });

  it('beside the model under its name is found, and read in the spelling of a whole spec', () => {
    const whole = completeSpec(guessModel(modelFile(), null), { classes: ['a', 'b', 'c'], licence: 'CC0' });
    const stated = { ...whole, input: { ...whole.input, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } };
    const guess = guessModel(withManifest(modelFile(), stated, 'model.json'), null);
    expect(guess.spec).toEqual(stated);
    expect(guess.guessed).toEqual([]);
  });

  it('for another file in the same folder is left alone', () => {
    expect(guessModel(withManifest(modelFile(), { file: 'other.onnx' }), null).manifestFile).toBeNull();
    expect(guessModel(withManifest(modelFile(), { name: 'Named' }), null).spec.name).toBe('Named');
  });

  it('may say a range instead of scale and mean', () => {
    const { spec } = guessModel(withManifest(modelFile(), { input: { range: [-1, 1] } }), null);
    expect(spec.input!.scale).toBeCloseTo(2 / 255, 9);
    expect(spec.input).toMatchObject({ mean: [1, 1, 1], std: [1, 1, 1] });
  });

  it('that is malformed is refused with its field', () => {
    expect(errorOf(() => guessModel(withManifest(modelFile(), { classes: 3 }), null)).detail.field).toBe('classes');
    const broken = modelFile();
    writeFileSync(join(broken, '../model.json'), '{');
    expect(errorOf(() => guessModel(broken, null)).message).toMatch(/model\.json cannot be read/);
  });
});

describe('completing a guess', () => {
  const classes = ['a', 'b', 'c'];
  const failing = (file: string, overrides: object): string | undefined =>
    errorOf(() => completeSpec(guessModel(file, null), overrides)).detail.field;

  it('names the field that is missing, malformed, or at odds with the graph', () => {
    const input = guessModel(modelFile(), null).spec.input!;
    expect(failing(modelFile(), {})).toBe('classes');
    expect(failing(modelFile({ size: 'side' }), { classes })).toBe('input.width');
    expect(failing(modelFile(), { classes: ['a', 'b'] })).toBe('classes');
    expect(failing(modelFile(), { classes: ['a', 'b', 'a'] })).toBe('classes');
    expect(failing(modelFile(), { classes, outputs: { logits: 'nowhere' } })).toBe('outputs.logits');
    expect(failing(modelFile(), { classes, input: { ...input, name: 'nowhere' } })).toBe('input.name');
    expect(failing(modelFile(), { classes, input: { ...input, width: 9 } })).toBe('input.width');
    expect(failing(modelFile(), { classes, input: { ...input, dtype: 'uint8' } })).toBe('input.dtype');
    expect(failing(modelFile(), { classes, input: { ...input, std: [1, 0, 1] } })).toBe('input.std.1');
    expect(failing(modelFile(), { classes, input: { ...input, mean: [0] } })).toBe('input.mean');
    expect(failing(modelFile(), { classes, input: { ...input, colour: 'grey' } })).toBe('input.channels');
    expect(failing(modelFile(), { classes, input: { ...input, layout: 'NHWC' } })).toBe('input.height');
  });

  it('lets a person state an open size', () => {
    const guess = guessModel(modelFile({ size: 'side' }), null);
    const input = { ...guess.spec.input!, width: 40, height: 30 };
    expect(completeSpec(guess, { classes, input }).input).toMatchObject({ width: 40, height: 30 });
  });
});

describe('inspecting', () => {
  it('runs a blank batch, also where the graph insists on its batch size', async () => {
    const metadata = { names: 'a,b,c' };
    expect((await inspectModel(modelFile({ metadata }), null, {})).missing).toEqual([]);
    expect((await inspectModel(modelFile({ metadata, batch: 4 }), null, {})).missing).toEqual([]);
  });

  it('refuses logits that are called probabilities', async () => {
    const overrides = { classes: ['a', 'b', 'c'], outputs: { probabilities: 'logits' } };
    await expect(inspectModel(modelFile(), null, overrides)).rejects.toMatchObject({
      code: 'MODEL',
      detail: { field: 'outputs.probabilities' },
    });
  });

  it('loads even what is not whole, so that a file ONNX Runtime refuses is known at once', async () => {
    const tiny = tinyClassifier({ weights: WEIGHTS });
    const nodes = tiny.graph.node!.map((node) => (node.opType === 'MatMul' ? { ...node, opType: 'NoSuchOp' } : node));
    const file = writeModel(join(folder, 'strange.onnx'), { ...tiny, graph: { ...tiny.graph, node: nodes } });
    await expect(inspectModel(file, null, {})).rejects.toThrow(/NoSuchOp/);
  });
});

describe('registering', () => {
  it('enters a model with its hash, once under one name', async () => {
    const library = openLibrary(join(folder, 'models.sqlite'));
    const file = modelFile({ metadata: { names: 'a,b,c' } }, 'tiny');
    const model = await registerModel(library, guessModel(file, null), { licence: 'CC0' });
    expect(model).toMatchObject({ name: 'tiny', file, shipped: false, available: true, spec: { licence: 'CC0' } });
    expect(model.sha256).toBe(await hashFile(file));
    await expect(registerModel(library, guessModel(file, null), {})).rejects.toThrow(ConflictError);
    library.close();
  });

  it('enters the shipped models once, renews them where they moved, and reports those that are broken', async () => {
    const library = openLibrary(join(folder, 'shipped.sqlite'));
    const shipped = join(folder, 'shipped');
    cpSync(join(PYTORCH_MODEL, '..'), join(shipped, 'nr-swin-micro'), { recursive: true });
    await registerShippedModels(library, join(PYTORCH_MODEL, '../..'));
    mkdirSync(join(shipped, 'broken'));
    writeFileSync(join(shipped, 'broken', 'manifest.json'), '{"file": "absent.onnx"}');
    const { models, problems } = await registerShippedModels(library, shipped);
    expect(models.map(({ name }) => name)).toEqual(['nr-swin-micro']);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('absent.onnx')]);
    expect(listModels(library)).toHaveLength(1);
    expect(listModels(library)[0]).toMatchObject({
      file: join(shipped, 'nr-swin-micro', 'nr-swin-micro.onnx'),
      shipped: true,
      graph: { opset: 17 },
    });
    library.close();
  });
});
