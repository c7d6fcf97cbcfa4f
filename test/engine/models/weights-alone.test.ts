import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openClassifier } from '../../../src/main/engine/classifier.ts';
import { guessModel } from '../../../src/main/engine/models/guess.ts';
import { inspectModel } from '../../../src/main/engine/models/inspect.ts';
import { registerShippedModels } from '../../../src/main/engine/models/register.ts';
import { loadSafetensors } from '../../../src/main/engine/weights/safetensors.ts';
import { findModel } from '../../../src/main/library/models.ts';
import type { ModelSpec } from '../../../src/shared/model-spec.ts';
import { suiteFolder, tempLibrary } from '../../support/temp.ts';
import { CLASS_NAMES, exportTo } from '../exporting/support.ts';

const folder = suiteFolder();
const shipped = join(folder, 'models');
const place = join(shipped, 'every part');
const weights = join(place, 'weights.safetensors');
const FACES = Uint8Array.from({ length: 4 * 144 }, (_, at) => (at * 53 + (at >> 5) * 11) % 256);

beforeAll(async () => {
  mkdirSync(shipped);
  await exportTo(place, { format: 'folder', half: true });
  await exportTo(join(folder, 'half.onnx'), { half: true });
});

async function classify(file: string, spec: ModelSpec) {
  const classifier = await openClassifier({ file, spec, fixedBatch: null, provider: 'cpu' });
  const found = await classifier.classify(FACES, 4);
  await classifier.release();
  return found.flatMap(({ probabilities }) => [...probabilities]);
}

describe('a model kept as weights alone', () => {
  it('is manifest, half weights and card, and says what it is without a graph of its own', () => {
    const dtypes = new Set([...loadSafetensors(weights).values()].map(({ dtype }) => dtype));
    expect(dtypes).toEqual(new Set(['float16', 'float32']));
    const guess = guessModel(weights, null);
    expect(guess).toMatchObject({ missing: [], guessed: [], manifestFile: join(place, 'manifest.json') });
    expect(guess.spec).toMatchObject({ name: 'every part', classes: CLASS_NAMES });
    expect(guess.graph.inputs).toEqual([{ name: 'pixels', dtype: 'uint8', shape: ['n', 1, 12, 12] }]);
    expect(guess.graph.outputs.map(({ name }) => name)).toEqual(['probabilities', 'logits', 'embedding']);
  });

  it('predicts what an .onnx file with the same half weights predicts', async () => {
    const spec = (await inspectModel(weights, null, {})).spec as ModelSpec;
    const onnx = guessModel(join(folder, 'half.onnx'), null).spec as ModelSpec;
    const [alone, file] = [await classify(weights, spec), await classify(join(folder, 'half.onnx'), onnx)];
    for (const [at, share] of alone.entries()) expect(share).toBeCloseTo(file[at]!, 5);
    expect(new Set(alone.map((share) => share.toFixed(4))).size).toBeGreaterThan(4);
  });

  it('is entered among the shipped models, and again only when something of it changed', async () => {
    const library = tempLibrary();
    const first = await registerShippedModels(library, shipped);
    expect(first).toMatchObject({ problems: [], models: [{ name: 'every part', shipped: true, file: weights }] });
    expect(first.models[0]!.fileBytes).toBe(statSync(weights).size);
    // A graph that is not built anew stays as the library has it.
    library.prepare("UPDATE models SET graph = json_set(graph, '$.nodes', 1)").run();
    expect((await registerShippedModels(library, shipped)).models[0]!.graph.nodes).toBe(1);
    const manifest = join(place, 'manifest.json');
    const before = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, before.replace('"trainedOn": "noise"', '"trainedOn": "faces"'));
    const renewed = (await registerShippedModels(library, shipped)).models[0]!;
    expect([renewed.spec.trainedOn, renewed.graph.nodes > 1]).toEqual(['faces', true]);
    writeFileSync(manifest, before);
    expect(findModel(library, 'every part')!.id).toBe(renewed.id);
  });

  it('is refused without its manifest, or with weights of another network', async () => {
    const alone = join(folder, 'alone/weights.safetensors');
    cpSync(weights, alone);
    expect(() => guessModel(alone, null)).toThrow(/says not of what network it is/);
    const manifest = readFileSync(join(place, 'manifest.json'), 'utf8');
    writeFileSync(join(folder, 'alone/manifest.json'), manifest.replace('"embed_dim": 8', '"embed_dim": 16'));
    expect(() => guessModel(alone, null)).toThrow(/do not fit the network/);
    rmSync(alone);
    expect(() => guessModel(alone, null)).toThrow(/no model file/);
  });
});
