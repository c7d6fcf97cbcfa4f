import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { instantiate } from '../../src/main/engine/nets/instantiate.ts';
import type { NetDefinition } from '../../src/main/engine/nets/net.ts';
import { gradients } from '../../src/main/engine/onnx/autodiff.ts';
import { type CompileOptions, runOnce } from '../../src/main/engine/onnx/run.ts';
import { numbersOf, type TensorData } from '../../src/main/engine/onnx/tensor.ts';
import { loadSafetensors } from '../../src/main/engine/weights/safetensors.ts';

import { SHARED } from './shared-data.ts';

/** Largest error of an output's element, and largest error of a gradient ÷ its largest element. */
const OUTPUT_TOLERANCE = 1e-4;
const GRADIENT_TOLERANCE = 1e-3;

/**
 * Gradients that are zero but for rounding, PyTorch's and ours alike: of a bias before normalisation by batch
 * statistics, or of one that adds the same to every logit of a softmax. They must stay small beside the case's largest.
 */
const VANISHING: Readonly<Record<string, RegExp>> = {
  resizer_train: /^grad\.(conv3|resblock\.\d\.conv[12])\.bias$/,
  xcit: /^grad\.cls_attn_blocks\.\d\.attn\.k\.bias$/,
  convit: /^grad\.blocks\.\d\.attn\.pos_proj\.bias$/,
};
const VANISHING_SHARE = 1e-6;

interface FixtureCase {
  readonly name: string;
  readonly config: unknown;
  readonly train: boolean;
}

/** Where reference numbers may lie: the small ones with the tests, all of them beside the checkout. */
const FOLDERS = [resolve(import.meta.dirname, '../fixtures/nets'), `${SHARED}/fixtures`];

/**
 * Registers the tests of one reference case: its net, with the case's weights, has PyTorch's output, every gradient
 * and, in training mode, every buffer after the step. Skipped, saying so, where the case's files are not here.
 */
export function checkCase<Config>(name: string, definition: NetDefinition<Config>, options: CompileOptions = {}): void {
  const folder = FOLDERS.find((path) => existsSync(`${path}/${name}.io.safetensors`));
  const title = options.provider === undefined ? name : `${name} on ${options.provider}`;
  if (folder === undefined) {
    describe.skip(`${title} (skipped: ../shared/fixtures is not here)`, () => it('has PyTorch’s numbers', () => {}));
    return;
  }
  const expected = loadSafetensors(`${folder}/${name}.io.safetensors`);
  const named = (start: string) => [...expected.keys()].filter((key) => key.startsWith(start));
  describe(title, () => {
    let found: Readonly<Record<string, TensorData>> = {};
    beforeAll(async () => {
      found = await runCase(folder, name, definition, options);
    });

    it('has PyTorch’s output', () => {
      expect(compare(found.output!, expected.get('output')!).worst).toBeLessThanOrEqual(OUTPUT_TOLERANCE);
    });

    const vanishing = named('grad.').filter((key) => VANISHING[name]?.test(key));
    it.each(named('grad.').filter((key) => !vanishing.includes(key)))('has PyTorch’s %s', (key) => {
      const { worst, largest } = compare(found[key]!, expected.get(key)!);
      expect(worst).toBeLessThanOrEqual(GRADIENT_TOLERANCE * largest);
    });

    it.each(vanishing)('has no %s but rounding', (key) => {
      const largest = Math.max(...named('grad.').map((other) => compare(found[other]!, expected.get(other)!).largest));
      expect(compare(found[key]!, expected.get(key)!).worst).toBeLessThanOrEqual(VANISHING_SHARE * largest);
    });

    it.each(named('after.'))('has PyTorch’s %s', (key) => {
      expect(compare(found[key]!, expected.get(key)!).worst).toBeLessThanOrEqual(OUTPUT_TOLERANCE);
    });
  });
}

/** The case's output, the gradients of all it has gradients for, and buffers after a training step, by their names. */
async function runCase<Config>(
  folder: string,
  name: string,
  definition: NetDefinition<Config>,
  options: CompileOptions,
): Promise<Readonly<Record<string, TensorData>>> {
  const cases: readonly FixtureCase[] = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8'));
  const { config, train: training } = cases.find((item) => item.name === name)!;
  const weights = loadSafetensors(`${folder}/${name}.safetensors`);
  const io = loadSafetensors(`${folder}/${name}.io.safetensors`);
  const { graph, input, outputs, tensors, updates } = instantiate(definition, definition.config.parse(config), {
    batch: io.get('input')!.shape[0]!,
    training,
    isFed: ({ key }) => io.has(`grad.${key}`),
    weightOf: ({ key, shape }) => weightFor(weights, key, shape),
  });
  const unused = [...weights].filter(([key, { dtype }]) => dtype === 'float32' && !tensors.has(key));
  expect(unused.map(([key]) => key)).toEqual([]);
  const wrt = new Map([...tensors].filter(([, value]) => value.kind === 'input')).set('input', input);
  const cotangent = graph.input('cotangent', 'float32', io.get('cotangent')!.shape);
  const found = gradients(graph, outputs.output, [...wrt.values()], cotangent);
  graph.output('output', outputs.output);
  for (const [index, key] of [...wrt.keys()].entries()) graph.output(`grad.${key}`, found[index]!);
  for (const [key, value] of updates) graph.output(`after.${key}`, value);
  const feeds = [...wrt.keys()].map((key) => [key, io.get(key) ?? weights.get(key)!] as const);
  return runOnce(graph, { ...Object.fromEntries(feeds), cotangent: io.get('cotangent')! }, options);
}

function weightFor(weights: ReadonlyMap<string, TensorData>, key: string, shape: readonly number[]): TensorData {
  const tensor = weights.get(key);
  if (tensor === undefined) throw new Error(`The case has no weight “${key}”.`);
  expect(tensor.shape, key).toEqual(shape);
  return tensor;
}

interface Comparison {
  readonly worst: number;
  readonly largest: number;
}

/** The largest difference, not a number where one of the two is not, and the largest expected element. */
function compare(found: TensorData, expected: TensorData): Comparison {
  expect(found.shape).toEqual(expected.shape);
  const reference = numbersOf(expected);
  const worst = numbersOf(found).reduce((most, value, at) => Math.max(most, Math.abs(value - reference[at]!)), 0);
  return { worst, largest: reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}
