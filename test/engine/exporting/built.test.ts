import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawnFaces } from '../../../src/main/engine/exporting/check-faces.ts';
import { compareOutputs, outputsOf } from '../../../src/main/engine/exporting/compare.ts';
import { openReference } from '../../../src/main/engine/exporting/reference.ts';
import { guessModel } from '../../../src/main/engine/models/guess.ts';
import { randomFaces } from '../../../src/main/engine/models/random-faces.ts';
import { classifier } from '../../../src/main/engine/nets/classifier.ts';
import { instantiate } from '../../../src/main/engine/nets/instantiate.ts';
import { readModel } from '../../../src/main/engine/onnx/format/model-file.ts';
import { load, runOnce } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf } from '../../../src/main/engine/onnx/tensor.ts';
import { loadSafetensors } from '../../../src/main/engine/weights/safetensors.ts';
import type { ModelSpec } from '../../../src/shared/model-spec.ts';
import { suiteFolder } from '../../support/temp.ts';
import { CLASS_NAMES, everyPart, exportTo } from './support.ts';

const folder = suiteFolder();
const { signal } = new AbortController();
const STAGES = ['sr', 'stn', 'resizer', 'backbone', 'head'];

const readManifest = (file: string): ModelSpec & Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8'));
const specOf = (file: string): ModelSpec => guessModel(file, null).spec as ModelSpec;

/** Logits of random faces by the network as training builds it, its weights fed: nothing of the export takes part. */
async function trainedLogits(count: number): Promise<readonly number[]> {
  const { config, tensors } = everyPart();
  const { graph, outputs } = instantiate(classifier, config, { batch: 'n' });
  graph.output('logits', outputs.output);
  const bytes = randomFaces({ ...specOf(join(folder, 'whole/every part.onnx')).input }, count);
  const input = {
    dtype: 'float32',
    shape: bytes.shape,
    data: Float32Array.from(numbersOf(bytes), (byte) => byte / 255),
  } as const;
  return numbersOf((await runOnce(graph, { ...Object.fromEntries(tensors), input })).logits!);
}

async function logitsOf(file: string, count: number): Promise<readonly number[]> {
  const model = await openReference(file, specOf(file), null);
  const found = await outputsOf(model, drawnFaces(count), signal);
  await model.release();
  return numbersOf(found.logits!);
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));

describe('exporting a classifier that was built here', () => {
  it('writes one file that says of any number of faces what the trained network says', async () => {
    const result = await exportTo(join(folder, 'whole'));
    expect(result).toMatchObject({ name: 'every part', format: 'onnx', opset: 17 });
    expect(result.check).toMatchObject({ faces: 16, dataset: null, changed: 0, tolerance: 1e-4, stages: null });
    expect(result.maxDifference).toBeLessThan(1e-5);
    expect(readdirSync(join(folder, 'whole'))).toEqual(['card.md', 'every part.onnx', 'manifest.json']);
    const file = join(folder, 'whole/every part.onnx');
    for (const count of [1, 7])
      expect(largest(await logitsOf(file, count), await trainedLogits(count))).toBeLessThan(1e-4);
    expect(new Set((await trainedLogits(7)).map((logit) => logit.toFixed(4))).size).toBeGreaterThan(7);
  });

  it('is written in operator set 17 and the standard domain alone, pixels in, three outputs out', () => {
    const graph = readModel(join(folder, 'whole/every part.onnx'));
    expect(graph.opset).toBe(17);
    expect(graph.origin.domains).toEqual({});
    expect(graph.nodes.filter(({ op }) => op.domain).map(({ op }) => op.type)).toEqual([]);
    expect(graph.inputs.map(String)).toEqual(['pixels: uint8[n, 1, 12, 12]']);
    expect([...graph.outputs].map(([name, value]) => [name, value.dtype, value.shape])).toEqual([
      ['probabilities', 'float32', ['n', 3]],
      ['logits', 'float32', ['n', 3]],
      ['embedding', 'float32', ['n', 16]],
    ]);
  });

  it('says of itself what it is, so that it can be taken over without its card', async () => {
    const { metadata } = guessModel(join(folder, 'whole/every part.onnx'), null).graph;
    expect(metadata).toMatchObject({ licence: 'MIT', source: 'a test', trained_on: 'noise', version: '1.2.3' });
    expect(JSON.parse(metadata.classes!)).toEqual(CLASS_NAMES);
    await exportTo(join(folder, 'float.onnx'), {}, { input: 'float32' });
    const alone = join(folder, 'alone.onnx');
    writeFileSync(alone, readFileSync(join(folder, 'float.onnx')));
    const { spec, manifestFile } = guessModel(alone, null);
    expect(manifestFile).toBeNull();
    expect(spec).toMatchObject({ name: 'every part', classes: CLASS_NAMES, classOverrides: { glad: 'happiness' } });
    expect(spec.input).toMatchObject({ dtype: 'float32', scale: 1 / 255, mean: [0], std: [1] });
    expect(largest(await logitsOf(alone, 3), await logitsOf(join(folder, 'whole/every part.onnx'), 3))).toBeLessThan(
      1e-5,
    );
  });

  it('writes each part as a file of its own; one after another they are the whole', async () => {
    const result = await exportTo(join(folder, 'parts.onnx'), { stages: true, weights: true });
    expect(result.files.map(({ name, role }) => `${role} ${name}`)).toEqual([
      'model parts.onnx',
      'weights parts.safetensors',
      ...STAGES.toSorted().map((name) => `stage parts.${name}.onnx`),
      'manifest parts.json',
      'card parts.md',
    ]);
    expect(result.check.stages).toBeLessThan(1e-5);
    let handed = { pixels: randomFaces(specOf(join(folder, 'parts.onnx')).input, 5) } as Awaited<
      ReturnType<typeof runOnce>
    >;
    const names: (readonly string[])[] = [];
    for (const stage of STAGES) {
      const part = await load(join(folder, `parts.${stage}.onnx`));
      names.push(Object.keys(handed));
      handed = await part.run(handed);
      await part.release();
    }
    expect(names).toEqual([['pixels'], ['enlarged'], ['aligned'], ['face'], ['embedding']]);
    expect(largest(numbersOf(handed.logits!), await logitsOf(join(folder, 'parts.onnx'), 5))).toBeLessThan(1e-5);
    expect(largest(numbersOf(handed.logits!), await trainedLogits(5))).toBeLessThan(1e-4);
  });

  it('keeps the weights beside it, from which the model can be trained on', () => {
    const { network } = readManifest(join(folder, 'parts.json'));
    expect(network).toMatchObject({ kind: 'classifier', weights: 'parts.safetensors' });
    const stored = loadSafetensors(join(folder, 'parts.safetensors'));
    for (const [key, tensor] of everyPart().tensors) expect(stored.get(key)).toEqual(tensor);
    expect(readManifest(join(folder, 'whole/manifest.json')).network).toBeUndefined();
  });

  it('stores weights in half the bytes, float32 outside, and says by how much it then differs', async () => {
    const half = await exportTo(join(folder, 'half.onnx'), { half: true, stages: true });
    expect(half.maxDifference).toBeGreaterThan(1e-7);
    expect(half.maxDifference).toBeLessThan(0.02);
    expect(half.check.stages).toBeCloseTo(half.maxDifference, 5);
    const graph = readModel(join(folder, 'half.onnx'));
    const stored = graph.constants.filter(({ dtype }) => dtype === 'float16').map(({ name }) => name);
    const matrices = [...everyPart().tensors].filter(([, { shape }]) => shape.length > 1).map(([key]) => key);
    expect(stored.toSorted()).toEqual(matrices.toSorted());
    expect([...graph.inputs, ...graph.outputs.values()].map(({ dtype }) => dtype)).toEqual([
      'uint8',
      'float32',
      'float32',
      'float32',
    ]);
    const readers = graph.nodes.filter(({ inputs }) => inputs.some((input) => input?.dtype === 'float16'));
    expect(new Set(readers.map(({ op }) => op.type))).toEqual(new Set(['Cast']));
    expect(statSync(join(folder, 'half.onnx')).size).toBeLessThan(statSync(join(folder, 'whole/every part.onnx')).size);
  });

  it('gives a card with figures, origin, the check and programs to run it, also as JSON', async () => {
    const result = await exportTo(join(folder, 'carded.onnx'), { stages: true });
    const card = readFileSync(join(folder, 'carded.md'), 'utf8');
    expect(card).toBe(result.card);
    for (const { name, sha256, role } of result.files) {
      if (role === 'model' || role === 'stage') expect(card).toContain(`\`${name}\` | `);
      if (role === 'model') expect(card).toContain(sha256);
    }
    expect(card).toMatch(/ONNX Runtime on 16 faces of drawn pixels/);
    expect(card).toContain(result.usage.python);
    expect(card).toContain(result.usage.javascript);
    expect(card).toMatch(/## Licence\n\nMIT/);
    expect(readManifest(join(folder, 'carded.json'))).toMatchObject({
      file: 'carded.onnx',
      classes: CLASS_NAMES,
      export: { opset: 17, half: false, check: result.check, version: '1.2.3', usage: result.usage },
    });
  });

  it('takes another name and licence', async () => {
    const { card } = await exportTo(join(folder, 'named'), {}, { name: 'renamed', licence: 'CC0' });
    expect(readdirSync(join(folder, 'named'))).toContain('renamed.onnx');
    expect(card).toMatch(/^# renamed\n/);
    expect(readManifest(join(folder, 'named/manifest.json'))).toMatchObject({ name: 'renamed', licence: 'CC0' });
  });
});

describe('an export that cannot be', () => {
  const place = join(folder, 'nothing');
  const left = (): readonly string[] =>
    readdirSync(folder).filter((name) => name.includes('.part') || name === 'nothing');

  it('is refused where the written model differs too much, and leaves nothing', async () => {
    await expect(exportTo(place, { half: true, tolerance: 1e-9 })).rejects.toMatchObject({
      code: 'MODEL',
      message: expect.stringMatching(/differ by up to \d.*at most 1e-9/),
    });
    expect(left()).toEqual([]);
  });

  it('leaves nothing when it is cancelled, at whichever step', async () => {
    for (const stopAt of ['writing', 'reading back and comparing', 'describing']) {
      const abort = new AbortController();
      const onPhase = (phase: string): void => {
        if (phase === stopAt) abort.abort(new Error('stopped'));
      };
      await expect(exportTo(place, { signal: abort.signal, onPhase, stages: true })).rejects.toThrow('stopped');
    }
    expect(left()).toEqual([]);
  });

  it('does not write over files, unless it may; what else is there stays', async () => {
    mkdirSync(join(folder, 'taken'));
    const [mine, theirs] = [join(folder, 'taken/mine.txt'), join(folder, 'taken/model.onnx')];
    for (const file of [mine, theirs]) writeFileSync(file, 'before');
    await expect(exportTo(join(folder, 'taken'))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(exportTo(theirs)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(readdirSync(join(folder, 'taken'))).toEqual(['mine.txt', 'model.onnx']);
    await exportTo(theirs, { force: true });
    expect(readdirSync(join(folder, 'taken'))).toEqual(['mine.txt', 'model.json', 'model.md', 'model.onnx']);
    expect([readFileSync(mine, 'utf8'), statSync(theirs).size > 1000]).toEqual(['before', true]);
  });

  it('removes what a killed attempt of its own left', async () => {
    const token = '0d7c1ef0-0000-4000-8000-000000000000';
    const unfinished = `${join(folder, 'again')}.${token}.part`;
    mkdirSync(unfinished);
    writeFileSync(join(unfinished, 'half-written.onnx'), 'x');
    await exportTo(join(folder, 'again'), { token });
    expect(existsSync(unfinished)).toBe(false);
    expect(readdirSync(join(folder, 'again'))).not.toContain('half-written.onnx');
  });
});

describe('the comparison', () => {
  const outputs = (probabilities: readonly number[], logits?: readonly number[]) => {
    const tensor = (numbers: readonly number[]) =>
      ({ dtype: 'float32', shape: [2, 2], data: Float32Array.from(numbers) }) as const;
    return { probabilities: tensor(probabilities), ...(logits && { logits: tensor(logits) }) };
  };

  it('finds the largest difference of each output that both have, and the faces of another class', () => {
    const found = compareOutputs(outputs([0.9, 0.1, 0.4, 0.6], [1, 2, 3, 4]), outputs([0.8, 0.2, 0.55, 0.45]));
    expect(found.outputs).toEqual([{ name: 'probabilities', maxDifference: expect.closeTo(0.15, 6) }]);
    expect(found.changed).toBe(1);
  });

  it('takes what is no number for an endless difference', () => {
    expect(compareOutputs(outputs([0.9, 0.1, 0.4, 0.6]), outputs([Number.NaN, 0.1, 0.4, 0.6])).maxDifference).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
