import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { Graph } from '../../../src/main/engine/onnx/graph.ts';
import { reduceMean } from '../../../src/main/engine/onnx/ops/reduce.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { type DType, numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { LOSSES } from '../../../src/main/engine/training/losses/index.ts';
import { LOSS_DEFAULTS, type Loss, type LossSettings } from '../../../src/main/engine/training/losses/loss.ts';

type Rows = readonly (readonly number[])[];
type LossName = (typeof LOSSES)[number]['name'];

interface Case {
  readonly logits: Rows;
  /** The label of each row. */
  readonly targets: readonly number[];
  readonly prior: Rows;
  readonly votes: Rows;
  readonly alpha: number;
  readonly gamma: number;
  /** PyTorch's losses, averaged over the rows, and their gradients in the logits. */
  readonly values: Readonly<Record<string, number>>;
  readonly grads: Readonly<Record<string, Rows>>;
}

const CASES = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/losses.json'), 'utf8')) as Case[];

const oneHot = (labels: readonly number[], classes: number): Rows =>
  labels.map((label) => Array.from({ length: classes }, (_, index) => (index === label ? 1 : 0)));

interface Given {
  readonly logits: Rows;
  readonly targets: Rows;
  readonly prior: Rows | null;
  readonly settings?: Partial<LossSettings>;
  readonly dtype?: DType;
}

/** The mean loss over the rows and its gradient in the logits, as ONNX Runtime computes them. */
async function evaluate(loss: Loss, { logits, targets, prior, settings = {}, dtype = 'float32' }: Given) {
  const graph = new Graph();
  const feed = (name: string, rows: Rows) => ({
    value: graph.input(name, dtype, [rows.length, rows[0]!.length]),
    tensor: tensorOf(dtype, [rows.length, rows[0]!.length], rows.flat()),
  });
  const z = feed('logits', logits);
  const t = feed('targets', targets);
  const d = prior === null ? null : feed('prior', prior);
  const inputs = { logits: z.value, targets: t.value, prior: d?.value ?? null };
  const mean = reduceMean(loss.perFace(inputs, { ...LOSS_DEFAULTS, ...settings }));
  graph.output('loss', mean);
  graph.output('gradient', gradients(graph, mean, [z.value])[0]!);
  const feeds = { logits: z.tensor, targets: t.tensor, ...(d === null ? {} : { prior: d.tensor }) };
  const results = await runOnce(graph, feeds);
  return { value: numbersOf(results.loss!)[0]!, gradient: numbersOf(results.gradient!) };
}

const named = (name: LossName): Loss => LOSSES.find((loss) => loss.name === name)!;
const greatestDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));

describe.each(CASES.map((numbers, index) => [index, numbers] as const))('PyTorch’s numbers, case %i', (_, numbers) => {
  const { logits, prior, votes, alpha, gamma, values, grads } = numbers;
  const labels = oneHot(numbers.targets, logits[0]!.length);

  it.each(Object.keys(values))('%s: value and gradient within 1e-5', async (name) => {
    const loss = named(name as LossName);
    const { value, gradient } = await evaluate(loss, {
      logits,
      targets: loss.usesVotes ? votes : labels,
      prior: loss.usesPrior ? numbers.targets.map((label) => prior[label]!) : null,
      settings: { alpha, gamma },
    });
    expect(Math.abs(value - values[name]!)).toBeLessThan(1e-5);
    expect(greatestDifference(gradient, grads[name]!.flat())).toBeLessThan(1e-5);
  });
});

describe('label smoothing', () => {
  it('is what its formula gives by hand', async () => {
    const { value, gradient } = await evaluate(named('label_smoothing'), {
      logits: [[Math.log(2), Math.log(1), Math.log(1)]],
      targets: [[1, 0, 0]],
      prior: null,
      settings: { smoothing: 0.3 },
    });
    expect(value).toBeCloseTo(-(0.8 * Math.log(0.5) + 0.2 * Math.log(0.25)), 6);
    expect(greatestDifference(gradient, [0.5 - 0.8, 0.25 - 0.1, 0.25 - 0.1])).toBeLessThan(1e-6);
  });
});

describe('PDLS', () => {
  it('with α = 1 is cross-entropy', async () => {
    const { logits, targets, prior } = CASES[0]!;
    const given = { logits, targets: oneHot(targets, 8), prior: targets.map((label) => prior[label]!) };
    const plain = await evaluate(named('cross_entropy'), given);
    const smoothed = await evaluate(named('pdls'), { ...given, settings: { alpha: 1 } });
    expect(smoothed.value).toBeCloseTo(plain.value, 6);
  });

  it('without a prior says that it needs one', async () => {
    const given = { logits: [[0, 1]], targets: [[1, 0]], prior: null };
    await expect(evaluate(named('pdls'), given)).rejects.toThrow('needs a prior');
  });
});

describe.each(LOSSES.map((loss: Loss) => [loss.name, loss] as const))('%s', (_, loss) => {
  const targets = [
    [0.75, 0.25, 0],
    [0, 0, 1],
  ];
  const prior = [
    [0.8, 0.1, 0.1],
    [0.2, 0.1, 0.7],
  ];

  it('stays finite for logits that overflow an exponential', async () => {
    const logits = [
      [1000, -1000, 0],
      [-3000, 200, 500],
    ];
    const { value, gradient } = await evaluate(loss, { logits, targets, prior });
    expect(value).toSatisfy(Number.isFinite);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it.each([2, 1.5])('has the gradient that central differences give (float64, γ = %f)', async (gamma) => {
    const logits = [
      [0.3, -1.2, 0.7],
      [2, 0.1, -0.4],
    ];
    const given = { logits, targets, prior, settings: { gamma }, dtype: 'float64' } as const;
    const { gradient } = await evaluate(loss, given);
    const step = 1e-5;
    for (const [index, found] of gradient.entries()) {
      const moved = (by: number): Rows =>
        logits.map((row, at) => row.map((value, column) => (at * 3 + column === index ? value + by : value)));
      const above = await evaluate(loss, { ...given, logits: moved(step) });
      const below = await evaluate(loss, { ...given, logits: moved(-step) });
      expect(Math.abs((above.value - below.value) / (2 * step) - found)).toBeLessThan(1e-8);
    }
  });
});
