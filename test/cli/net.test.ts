import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseNames } from '../../src/main/engine/nets/run-case.ts';
import { VARIANTS } from '../../src/main/engine/nets/variants.ts';
import { loadSafetensors } from '../../src/main/engine/weights/safetensors.ts';
import type { NetSummary, VariantSummary } from '../../src/shared/contract/nets.ts';
import { caseFolder, ESPCN } from '../support/case-folder.ts';
import { CASE_IS_ABSENT, difference, expectedOf, folderOfCase } from '../support/fixture-cases.ts';
import { tinyClassifier, writeModel } from '../support/onnx-models.ts';
import { suiteFolder } from '../support/temp.ts';
import { type CliResult, document, runCli, runCliHere } from './run-cli.ts';

const folder = suiteFolder();
const net = (...words: readonly string[]): Promise<CliResult> => runCliHere(folder, '--json', 'net', ...words);

const FIXTURES = join(import.meta.dirname, '../fixtures/nets');

describe('net run gives PyTorch’s output, gradients and buffers', () => {
  for (const name of caseNames(FIXTURES)) {
    const cases = folderOfCase(name);
    it.skipIf(cases === undefined)(`for ${name}${cases === undefined ? CASE_IS_ABSENT : ''}`, async () => {
      const out = join(folder, 'results', `${name}.safetensors`);
      const result = await net('run', cases!, name, '--out', out);
      expect(result.code).toBe(0);
      const [found, expected] = [loadSafetensors(out), expectedOf(cases!, name)];
      const differences = [...expected.keys()].map((key) => difference(name, key, found, expected));
      expect(differences.filter((text) => text !== null)).toEqual([]);
      expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
      expect(document(result)).toMatchObject({ file: out, provider: 'cpu' });
    });
  }
});

describe('net run', () => {
  it('shows every weight that does not fit, as a table', async () => {
    const { 'last_part.0.bias': _, ...rest } = ESPCN.weights;
    const { entry, input } = ESPCN;
    const weights = { ...rest, 'first_part.0.bias': input, stray: input };
    const cases = caseFolder(entry, weights, { input });
    const words = ['net', 'run', cases, 'tiny', '--out', join(cases, 'out.safetensors')];
    const refused = await runCliHere(folder, ...words);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/^TENSOR +THE NETWORK HAS +THE WEIGHTS HAVE$/m);
    expect(refused.stderr).toMatch(/^first_part\.0\.bias +\[2\] +\[2, 1, 8, 8\]$/m);
    expect(refused.stderr).toMatch(/^last_part\.0\.bias +\[4\] +none$/m);
    expect(refused.stderr).toMatch(/^stray +none +one of this name$/m);
  });

  it('knows no other provider than those there are', async () => {
    const refused = await net('run', FIXTURES, 'stn', '--out', 'x', '--provider', 'abacus');
    expect([refused.code, document(refused)]).toMatchObject([2, { error: { message: /abacus/ } }]);
  });
});

describe('net variants', () => {
  it('lists every named network with its sizes', async () => {
    const result = await runCli(folder, '--json', 'net', 'variants');
    expect(result.code).toBe(0);
    const variants = document(result) as readonly VariantSummary[];
    expect(variants.map(({ name }) => name)).toEqual(VARIANTS.map(({ name }) => name));
    const swin = variants.find(({ name }) => name === 'swin_tiny_patch4_window7_224')!;
    expect(swin).toMatchObject({ kind: 'swin', input: [3, 224, 224], classes: 8, parameters: 27_525_506 });
    // Liu et al. 2021, table 1: 4.5 G.
    expect(swin.multiplyAdds / 1e9).toBeCloseTo(4.5, 1);
    expect(swin.flops).toBe(2 * swin.multiplyAdds);
  });
});

describe('net inspect', () => {
  const inspected = async (...words: readonly string[]): Promise<NetSummary> =>
    document(await net('inspect', ...words)) as NetSummary;

  it('counts a file’s ops, weights and work for one face, whatever its batch', async () => {
    for (const batch of ['n', 4]) {
      const model = tinyClassifier({
        channels: 3,
        size: 8,
        batch,
        weights: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      });
      const file = writeModel(join(folder, `tiny-${batch}.onnx`), model);
      expect(await inspected(file)).toMatchObject({
        name: `tiny-${batch}.onnx`,
        opset: 17,
        producer: 'test',
        inputs: [{ name: 'pixels', dtype: 'float32', shape: [batch, 3, 8, 8] }],
        parameters: 6,
        nodes: 4,
        multiplyAdds: 6,
        flops: 12,
        unknownShapes: 0,
        gradientObstacle: null,
        trace: null,
      });
    }
  });

  it('says which ops are unknown, and that these end the gradient', async () => {
    const model = tinyClassifier({ channels: 1, weights: [[1, 2]] });
    const [cast, mean, product, softmax] = model.graph.node!;
    const strange = { opType: 'Frobnicate', domain: 'com.example', input: ['numbers'], output: ['odd'] };
    const nodes = [cast!, strange, { ...mean!, input: ['odd'] }, product!, softmax!];
    const file = writeModel(join(folder, 'strange.onnx'), { ...model, graph: { ...model.graph, node: nodes } });
    const summary = await inspected(file);
    expect(summary.ops).toContainEqual({
      op: 'com.example.Frobnicate',
      nodes: 1,
      multiplyAdds: 0,
      flops: 0,
      known: false,
      differentiable: false,
    });
    expect(summary.gradientObstacle).toMatch(/com\.example\.Frobnicate/);
    expect(summary.unknownShapes).toBeGreaterThan(0);
  });

  it('looks into a model of the library by its name, node by node where asked', async () => {
    const summary = await inspected('nr-swin-micro', '--shapes');
    expect(summary).toMatchObject({ opset: 20, unknownShapes: 0, gradientObstacle: null });
    expect(summary.inputs).toEqual([{ name: 'pixels', dtype: 'uint8', shape: ['n', 1, 48, 48] }]);
    const first = summary.trace!.find(({ op }) => op === 'Softmax');
    expect(first!.outputs[0]!.shape).toEqual([expect.any(Number), 16, 3, 49, 49]);
  });

  it('looks into a named network', async () => {
    const summary = await inspected('nr_swin_micro');
    expect(summary).toMatchObject({ producer: 'countenance', parameters: 2_247_133, gradientObstacle: null });
    expect(summary.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['output', [1, 8]],
      ['embedding', [1, 192]],
    ]);
  });

  it('prints a table, and refuses what is nothing of these', async () => {
    const words = await runCliHere(folder, 'net', 'inspect', join(folder, 'tiny-n.onnx'));
    expect(words.stdout).toMatch(/^OP +NODES +FLOPS +GRADIENT$/m);
    expect(words.stdout).toMatch(/^MatMul +1 +12 +yes$/m);
    const refused = await net('inspect', 'nothing');
    expect(document(refused)).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const cut = join(folder, 'cut.onnx');
    writeFileSync(cut, 'no model');
    expect(document(await net('inspect', cut))).toMatchObject({ error: { code: 'GRAPH', detail: { file: cut } } });
  });
});
