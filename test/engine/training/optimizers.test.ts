import { describe, expect, it } from 'vitest';
import type { ParameterSpec } from '../../../src/main/engine/nets/scope.ts';
import { compile } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf, type TensorData, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { scalarFeeds } from '../../../src/main/engine/training/feeds.ts';
import { layoutOf } from '../../../src/main/engine/training/layout.ts';
import { OPTIMIZERS } from '../../../src/main/engine/training/optimizers/index.ts';
import { OPTIMIZER_DEFAULTS, type OptimizerSettings } from '../../../src/main/engine/training/optimizers/optimizer.ts';
import type { TrainingPlan } from '../../../src/main/engine/training/plan.ts';
import { planOf } from '../../../src/main/engine/training/plan.ts';
import { applyGraph } from '../../../src/main/engine/training/step-graph.ts';
import { seededRandom } from '../../support/random.ts';
import { stepSettings, tinyOptions } from './tiny-run.ts';

const spec = (key: string, shape: readonly number[]): ParameterSpec => ({
  key,
  shape,
  kind: 'parameter',
  init: { kind: 'constant', value: 0 },
});

/** Two learning rates, and tensors that decay beside those that do not. */
const SPECS = [
  spec('resizer.conv1.weight', [2, 3]),
  spec('resizer.conv1.bias', [2]),
  spec('backbone.head.fc.weight', [3, 2]),
];

const RATES = { resizer: 0.05, head: 0.2 };
const STEPS = 5;
const EMA_DECAY = 0.4;

interface Given {
  readonly optimizer: string;
  readonly settings: Partial<OptimizerSettings>;
  readonly clipNorm: number | null;
}

function planFor({ optimizer, settings }: Given): TrainingPlan {
  const options = tinyOptions({ optimizer, optimizerSettings: { ...settings }, emaDecay: EMA_DECAY });
  const trained = new Set(SPECS.map(({ key }) => key));
  return { ...planOf(options), layout: layoutOf(SPECS, { trained, freezesBatchNorm: false }) };
}

/** The vectors by name after each of several steps by given gradients, as the graph computes them. */
async function graphSteps(given: Given, start: readonly number[][], gradients: readonly number[][][]) {
  const plan = planFor(given);
  const { groups } = plan.layout;
  const graph = applyGraph(plan);
  const executable = await compile(graph);
  const asVector = (numbers: readonly number[]) => tensorOf('float32', [numbers.length], numbers);
  let vectors: Record<string, TensorData> = {};
  for (const [index, { name }] of groups.entries()) {
    vectors[`weights.${name}`] = asVector(start[index]!);
    vectors[`ema.${name}`] = asVector(start[index]!);
    for (const moment of plan.optimizer.moments) {
      vectors[`moments.${moment}.${name}`] = asVector(start[index]!.map(() => 0));
    }
  }
  const norms: number[] = [];
  for (const [step, gradient] of gradients.entries()) {
    const settings = stepSettings(0, { learningRates: RATES, clipNorm: given.clipNorm });
    const feeds = {
      ...vectors,
      ...scalarFeeds(plan, step + 1, settings, EMA_DECAY),
      ...Object.fromEntries(groups.map(({ name }, index) => [`sums.${name}`, asVector(gradient[index]!)])),
    };
    const results = await executable.run(feeds);
    norms.push(numbersOf(results.gradient_norm!)[0]!);
    const next = Object.entries(results).filter(([name]) => name.startsWith('next.'));
    vectors = { ...vectors, ...Object.fromEntries(next.map(([name, vector]) => [name.slice(5), vector])) };
  }
  await executable.release();
  const read = (prefix: string) => groups.map(({ name }) => [...numbersOf(vectors[`${prefix}${name}`]!)]);
  return { weights: read('weights.'), ema: read('ema.'), norms };
}

/** The same steps by the papers' and PyTorch's formulas, one number after another, in double precision. */
function plainSteps(
  { optimizer, settings, clipNorm }: Given,
  start: readonly number[][],
  gradients: readonly number[][][],
) {
  const { beta1, beta2, epsilon, momentum, nesterov, weightDecay } = { ...OPTIMIZER_DEFAULTS, ...settings };
  const weights = start.map((row) => [...row]);
  const ema = start.map((row) => [...row]);
  const [first, second] = [0, 1].map(() => start.map((row) => row.map(() => 0)));
  const norms: number[] = [];
  for (const [index, gradient] of gradients.entries()) {
    const t = index + 1;
    const norm = Math.sqrt(gradient.flat().reduce((sum, g) => sum + g * g, 0));
    norms.push(norm);
    const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    const kept = Math.min(EMA_DECAY, (1 + t) / (10 + t));
    for (const [group, row] of weights.entries()) {
      const { rate, decay } = groupRules(group, weightDecay);
      for (const [at, old] of row.entries()) {
        let g = gradient[group]![at]! * scale;
        let w = old;
        if (optimizer === 'adamw') w *= 1 - rate * decay;
        else g += decay * w;
        if (optimizer === 'sgd') {
          const velocity = momentum * first![group]![at]! + g;
          first![group]![at] = velocity;
          w -= rate * (nesterov ? g + momentum * velocity : velocity);
        } else {
          const m = beta1 * first![group]![at]! + (1 - beta1) * g;
          const v = beta2 * second![group]![at]! + (1 - beta2) * g ** 2;
          first![group]![at] = m;
          second![group]![at] = v;
          w -= (rate * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
        }
        row[at] = w;
        ema[group]![at] = kept * ema[group]![at]! + (1 - kept) * w;
      }
    }
  }
  return { weights, ema, norms };
}

/** The groups' order: the resizer's decaying weights, its bias, the head's weights. */
const groupRules = (group: number, weightDecay: number) => ({
  rate: group === 2 ? RATES.head : RATES.resizer,
  decay: group === 1 ? 0 : weightDecay,
});

function expectClose(found: readonly number[][], expected: readonly number[][]): void {
  for (const [group, row] of expected.entries()) {
    for (const [at, value] of row.entries()) expect(found[group]![at]).toBeCloseTo(value, 5);
  }
}

const next = seededRandom(11);
const draw = (scale: number): number[][] =>
  [6, 2, 6].map((size) => Array.from({ length: size }, () => scale * (next() - 0.5)));
const START = draw(2);
const GRADIENTS = Array.from({ length: STEPS }, (_, step) => draw(step + 0.5));

describe.each([
  ['adam', {}],
  ['adam', { weightDecay: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 1e-3 }],
  ['adamw', { weightDecay: 0.3 }],
  ['sgd', { momentum: 0 }],
  ['sgd', { momentum: 0.9, weightDecay: 0.1 }],
  ['sgd', { momentum: 0.8, weightDecay: 0.1, nesterov: true }],
])('%s with %j', (optimizer, settings) => {
  it.each([null, 1.2])('makes the steps that its formula gives, gradients clipped to %j', async (clipNorm) => {
    const given = { optimizer, settings, clipNorm };
    const found = await graphSteps(given, START, GRADIENTS);
    const expected = plainSteps(given, START, GRADIENTS);
    expectClose(found.weights, expected.weights);
    expectClose(found.ema, expected.ema);
    expectClose([found.norms], [expected.norms]);
  });
});

describe('clipping', () => {
  it('scales a gradient of a norm above the limit down to it, and leaves a smaller one as it is', async () => {
    const given = { optimizer: 'sgd', settings: { momentum: 0 }, clipNorm: 0.5 };
    const zeros = START.map((row) => row.map(() => 0));
    const lengthOf = async (gradient: readonly number[][]): Promise<number> => {
      const { weights } = await graphSteps(given, zeros, [[...gradient]]);
      const steps = weights.flatMap((row, group) => row.map((value) => value / groupRules(group, 0).rate));
      return Math.hypot(...steps);
    };
    expect(await lengthOf(START)).toBeCloseTo(0.5, 5);
    const small = START.map((row) => row.map((value) => value / 1000));
    expect(await lengthOf(small)).toBeCloseTo(Math.hypot(...small.flat()), 7);
  });
});

describe('the registry', () => {
  it('is the one that these formulas cover', () => {
    expect(OPTIMIZERS.map(({ name }) => name)).toEqual(['adam', 'adamw', 'sgd']);
  });
});
