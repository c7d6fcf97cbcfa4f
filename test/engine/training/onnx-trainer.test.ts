import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClassifierConfig } from '../../../src/main/engine/nets/classifier.ts';
import { classifierGraph } from '../../../src/main/engine/nets/classifier-graph.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { type TensorData, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { classifierObjective } from '../../../src/main/engine/training/classifier-objective.ts';
import { createOnnxTrainer } from '../../../src/main/engine/training/onnx-trainer.ts';
import { planOf, type TrainingPlan } from '../../../src/main/engine/training/plan.ts';
import { stepGraph } from '../../../src/main/engine/training/step-graph.ts';
import type { Trainer, TrainerOptions, TrainerState } from '../../../src/main/engine/training/trainer.ts';
import type { Weights } from '../../../src/main/engine/weights/weights-file.ts';
import { seededRandom } from '../../support/random.ts';
import { distance } from '../nets/check-net.ts';
import { CLASSES, stepSettings, tinyBatch, tinyConfig, tinyOptions } from './tiny-run.ts';

/** A trainer of this test's own, released when it ends. */
function trainerFor(changes: Partial<TrainerOptions> = {}): Trainer {
  const trainer = createOnnxTrainer(tinyOptions(changes));
  onTestFinished(() => trainer.release());
  return trainer;
}

const wholeStep = (plan: TrainingPlan) => stepGraph(plan, classifierObjective(plan), 4);

const dot = (a: TensorData, b: TensorData): number =>
  (a.data as Float32Array).reduce((sum, value, at) => sum + value * Number(b.data[at]), 0);

/** a + factor · b, tensor by tensor, for the keys that b has. */
const moved = (a: Weights, b: Weights, factor: number): Weights =>
  new Map(
    Array.from(a, ([key, tensor]) => {
      const other = b.get(key);
      if (other === undefined) return [key, tensor];
      const data = (tensor.data as Float32Array).map((value, at) => value + factor * Number(other.data[at]));
      return [key, { ...tensor, data }];
    }),
  );

/** The gradient of a batch's loss: what a step of rate 1 without momentum takes away. */
async function gradientOf(trainer: Trainer, state: TrainerState, batch = tinyBatch(4)): Promise<Weights> {
  trainer.restore(state);
  await trainer.step(batch, stepSettings(1));
  return moved(new Map(Array.from(state.weights)), trainer.state().weights, -1);
}

/** Faces whose neighbouring pixels differ little, so that sampling between them has few kinks. */
function smoothFaces(size: number, side: number): Uint8Array {
  return Uint8Array.from({ length: size * side * side }, (_, at) => {
    const [face, row, column] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side];
    return 128 + 60 * Math.sin((row * (face + 1)) / 6) + 60 * Math.cos((column * (8 - face)) / 7);
  });
}

/** A spatial transformer starts at the identity, where it samples at the kinks themselves: this moves it off them. */
const betweenPixels = (config: ClassifierConfig): Weights =>
  new Map(config.stn ? [['stn.fc_loc.2.bias', tensorOf('float32', [6], [0.93, 0.05, 0.02, -0.04, 0.91, 0.03])]] : []);

describe('a step’s gradient', () => {
  const STEP = 4e-4;

  it.each([
    ['cross_entropy', {}, 'training', ''],
    ['f_pdls', {}, 'frozen', 'resizer'],
    ['soft_votes', { stn: true, input: 20, head: 'paper' }, 'training', 'stn'],
    ['soft_votes', { head: 'paper' }, 'training', 'head'],
  ] as const)(
    'by %s, network %j, normalisations %s, is what central differences give: %s',
    async (loss, net, batchNorm, part) => {
      const config = tinyConfig(net);
      const trainer = trainerFor({ config, loss, batchNorm });
      const next = seededRandom(9);
      const batch = { ...tinyBatch(8), pixels: smoothFaces(8, config.input) };
      const start = { ...trainer.state(), weights: new Map([...trainer.state().weights, ...betweenPixels(config)]) };
      const gradient = await gradientOf(trainer, start, batch);
      const lossAt = async (direction: Weights, factor: number): Promise<number> => {
        trainer.restore({ ...start, weights: moved(start.weights, direction, factor) });
        return (await trainer.step(batch, stepSettings(0))).loss;
      };
      const largest = Math.sqrt(Array.from(gradient.values()).reduce((sum, tensor) => sum + dot(tensor, tensor), 0));
      for (const [key, tensor] of [...gradient].filter(([name]) => name.startsWith(part))) {
        const length = Math.sqrt(dot(tensor, tensor));
        const data = (tensor.data as Float32Array).map((value) => (length === 0 ? next() - 0.5 : value / length));
        const direction = new Map([[key, { ...tensor, data }]]);
        const slope = ((await lossAt(direction, STEP)) - (await lossAt(direction, -STEP))) / (2 * STEP);
        expect(Math.abs(slope - length), key).toBeLessThan(0.03 * length + 1e-3 * largest);
      }
    },
  );
});

describe('training', () => {
  it.each([
    ['adamw', 'soft_votes', 0.01],
    ['adam', 'f_pdls', 0.01],
    ['sgd', 'label_smoothing', 0.1],
  ])('by %s with %s learns eight faces by heart', async (optimizer, loss, rate) => {
    const trainer = trainerFor({ optimizer, loss, optimizerSettings: { momentum: 0.9 } });
    const batch = tinyBatch(8);
    const first = await trainer.step(batch, stepSettings(rate));
    let last = first;
    for (let step = 1; step < 60; step += 1) last = await trainer.step(batch, stepSettings(rate, { maskSeed: step }));
    expect(last.loss).toBeLessThan(first.loss * 0.6);
    const { logits } = await trainer.evaluate(batch);
    const right = batch.ids.filter((face) => {
      const row = Array.from(logits.subarray(face * CLASSES, (face + 1) * CLASSES));
      return row.indexOf(Math.max(...row)) === face % CLASSES;
    });
    expect(right.length).toBeGreaterThanOrEqual(7);
  });

  it('counts each face by its class weight', async () => {
    const trainer = trainerFor({ batchNorm: 'frozen', config: withoutDrops });
    const start = trainer.state();
    const batch = tinyBatch(2);
    const lossOf = async (weights: readonly number[]): Promise<number> => {
      trainer.restore(start);
      return (await trainer.step({ ...batch, weights: Float32Array.from(weights) }, stepSettings(0))).loss;
    };
    const [first, second] = [await lossOf([1, 0]), await lossOf([0, 1])];
    expect(await lossOf([3, 1])).toBeCloseTo((3 * first + second) / 4, 5);
  });

  it('compiles a graph of its own for a smaller last batch', async () => {
    const trainer = trainerFor();
    for (const size of [4, 3, 4]) await trainer.step(tinyBatch(size), stepSettings(0.01));
    expect(trainer.stepsDone).toBe(3);
  });

  it('draws dropped branches from the step’s seed', async () => {
    const trainer = trainerFor();
    const start = trainer.state();
    const lossOf = async (maskSeed: number): Promise<number> => {
      trainer.restore(start);
      return (await trainer.step(tinyBatch(4), stepSettings(0, { maskSeed }))).loss;
    };
    const losses = [];
    for (const seed of [1, 2, 3, 4]) losses.push(await lossOf(seed));
    expect(new Set(losses).size).toBeGreaterThan(1);
    expect(await lossOf(1)).toBe(losses[0]);
  });
});

const withoutDrops = tinyConfig({
  backbone: {
    kind: 'swin',
    config: { ...tinyConfig().backbone.config, drop_path_rate: 0 },
  },
});

describe('a step’s graph', () => {
  it('has no node with more outputs than a WebGPU shader has buffers', () => {
    const { graph } = wholeStep(planOf(tinyOptions()));
    expect(Math.max(...graph.nodes.map(({ outputs }) => outputs.length))).toBeLessThan(8);
  });
});

describe('a batch in parts', () => {
  it('gives the step of the whole batch where faces do not depend on each other', async () => {
    const changes = { batchNorm: 'frozen', config: withoutDrops, emaDecay: 0.5 } as const;
    const whole = trainerFor(changes);
    const parts = trainerFor({ ...changes, microBatch: 2 });
    for (const seed of [1, 2]) {
      const batch = tinyBatch(5, seed);
      const [once, summed] = [await whole.step(batch, stepSettings(0.1)), await parts.step(batch, stepSettings(0.1))];
      expect(summed.loss).toBeCloseTo(once.loss, 5);
      expect(summed.gradientNorm).toBeCloseTo(once.gradientNorm, 4);
    }
    for (const [key, tensor] of parts.state().weights) {
      expect(distance(tensor, whole.state().weights.get(key)!), key).toBeLessThan(1e-5);
    }
  });

  it('moves running statistics once a part', async () => {
    const trainer = trainerFor({ microBatch: 2, emaDecay: 0.5 });
    const start = trainer.state();
    await trainer.step(tinyBatch(2), stepSettings(0));
    const once = trainer.state();
    trainer.restore(start);
    const { pixels, targets, weights } = tinyBatch(2);
    const doubled = {
      ...tinyBatch(4),
      pixels: Uint8Array.from([...pixels, ...pixels]),
      targets: Float32Array.from([...targets, ...targets]),
      weights: Float32Array.from([...weights, ...weights]),
    };
    await trainer.step(doubled, stepSettings(0));
    for (const [key, tensor] of trainer.state().buffers) {
      const [before, after] = [start.buffers.get(key)!, once.buffers.get(key)!];
      const expected = (after.data as Float32Array).map((value, at) => value + 0.9 * (value - Number(before.data[at])));
      expect(distance(tensor, { ...tensor, data: expected }), key).toBeLessThan(1e-4);
    }
  });
});

describe('what is not trained', () => {
  it.each([
    [['head'], /^backbone\.head\./],
    [['resizer'], /^resizer\./],
    [['resizer', 'head'], /^(resizer|backbone\.head)\./],
    [['last_stages'], /^backbone\.(layers\.1|norm|head)\./],
  ] as const)('stays: of %j only its own tensors are in the state, and all of them move', async (parts, own) => {
    const trainer = trainerFor({ parts: [...parts], optimizer: 'adam' });
    const before = trainer.state();
    const evaluated = (await trainer.evaluate(tinyBatch(3))).logits;
    await trainer.step(tinyBatch(6), stepSettings(0.01));
    const after = trainer.state();
    expect([...after.weights.keys()].every((key) => own.test(key))).toBe(true);
    const still = [...after.weights.keys()].filter(
      (key) => distance(after.weights.get(key)!, before.weights.get(key)!) === 0,
    );
    expect(still).toEqual([]);
    expect((await trainer.evaluate(tinyBatch(3))).logits).not.toEqual(evaluated);
  });

  it('keeps its running statistics and drops nothing', async () => {
    const trainer = trainerFor({ parts: ['head'] });
    const start = trainer.state();
    expect(start.buffers.size).toBe(0);
    const lossOf = async (maskSeed: number): Promise<number> => {
      trainer.restore(start);
      return (await trainer.step(tinyBatch(4), stepSettings(0, { maskSeed }))).loss;
    };
    expect(await lossOf(1)).toBe(await lossOf(2));
  });

  it('leaves running statistics alone where normalisations are frozen', () => {
    expect(trainerFor({ batchNorm: 'frozen' }).state().buffers.size).toBe(0);
    expect(trainerFor().state().buffers.size).toBeGreaterThan(0);
  });

  it('gets no gradient: with the head alone trained, the graph has hardly more than the forward pass', () => {
    const count = (parts: TrainerOptions['parts']): number =>
      wholeStep(planOf(tinyOptions({ parts }))).graph.nodes.length;
    expect(count(['head'])).toBeLessThan(count(['everything']) / 2);
  });
});

describe('evaluation', () => {
  const logitsBy = async (weights: Weights, faces: number): Promise<TensorData> => {
    const graph = classifierGraph(tinyConfig(), { weightOf: ({ key }) => weights.get(key)! });
    const pixels = { dtype: 'uint8', shape: [faces, 1, 12, 12], data: tinyBatch(faces).pixels } as const;
    return (await runOnce(graph, { pixels })).logits!;
  };
  const asTensor = (logits: Float32Array): TensorData => ({
    dtype: 'float32',
    shape: [logits.length / CLASSES, CLASSES],
    data: logits as Float32Array<ArrayBuffer>,
  });

  it('is the network in inference mode with the weights so far, for any number of faces', async () => {
    const trainer = trainerFor();
    await trainer.step(tinyBatch(4), stepSettings(0.1));
    const { weights, buffers } = trainer.state();
    for (const size of [5, 2]) {
      const found = asTensor((await trainer.evaluate(tinyBatch(size))).logits);
      expect(distance(found, await logitsBy(new Map([...weights, ...buffers]), size))).toBeLessThan(1e-5);
    }
  });

  it('by averages uses those of weights and running statistics', async () => {
    const trainer = trainerFor({ emaDecay: 0.999 });
    for (const seed of [1, 2]) await trainer.step(tinyBatch(4, seed), stepSettings(0.2));
    const { ema } = trainer.state();
    const found = asTensor((await trainer.evaluate(tinyBatch(3), 'ema')).logits);
    expect(distance(found, await logitsBy(ema!, 3))).toBeLessThan(1e-5);
    expect(distance(found, asTensor((await trainer.evaluate(tinyBatch(3))).logits))).toBeGreaterThan(1e-4);
  });

  it('by averages is refused where the run keeps none', async () => {
    await expect(trainerFor().evaluate(tinyBatch(2), 'ema')).rejects.toThrow('keeps no averaged weights');
  });
});

describe('a trainer refuses', () => {
  it('a step that is not finite, and keeps the weights as they were', async () => {
    const trainer = trainerFor();
    const huge = new Map(
      Array.from(trainer.state().weights, ([key, tensor]) => [
        key,
        { ...tensor, data: (tensor.data as Float32Array).map(() => 1e30) },
      ]),
    );
    const state = { ...trainer.state(), weights: huge };
    trainer.restore(state);
    await expect(trainer.step(tinyBatch(4), stepSettings(0.1))).rejects.toThrow(/Step 1 found a loss of/);
    expect(trainer.state().weights).toEqual(huge);
    expect(trainer.stepsDone).toBe(0);
  });

  it('a batch without the prior that the loss needs, or without a rate for a trained part', async () => {
    const trainer = trainerFor({ loss: 'pdls' });
    const batch = { ...tinyBatch(2), priorRows: null };
    await expect(trainer.step(batch, stepSettings(0.1))).rejects.toThrow('The loss pdls needs a prior.');
    const settings = stepSettings(0.1, { learningRates: { resizer: 0.1, backbone: 0.1 } });
    await expect(trainer.step(tinyBatch(2), settings)).rejects.toThrow('no learning rate for the head');
  });

  it('pixels, targets and weights of another number of faces', async () => {
    const trainer = trainerFor();
    const batch = tinyBatch(2);
    const step = (changes: object) => trainer.step({ ...batch, ...changes }, stepSettings(0.1));
    await expect(step({ pixels: batch.pixels.slice(1) })).rejects.toThrow('287 pixels are not 2 faces');
    await expect(step({ targets: batch.targets.slice(1) })).rejects.toThrow('not 2 rows of 3 classes');
    await expect(step({ weights: new Float32Array(2) })).rejects.toThrow('do not weight 2 faces');
  });

  it('names that are not in its registries and parts that the network lacks', () => {
    expect(() => createOnnxTrainer(tinyOptions({ loss: 'hinge' }))).toThrow('no loss “hinge”');
    expect(() => createOnnxTrainer(tinyOptions({ optimizer: 'lion' }))).toThrow('no optimiser “lion”');
    expect(() => createOnnxTrainer(tinyOptions({ parts: ['stn'] }))).toThrow('no stn to train');
  });

  it('a state of a run with other options', () => {
    const state = trainerFor({ parts: ['head'] }).state();
    expect(() => trainerFor().restore(state)).toThrow('from a run with other options');
    expect(() => trainerFor({ parts: ['head'], emaDecay: 0.9 }).restore(state)).toThrow('other options');
  });

  it('anything after its release', async () => {
    const trainer = createOnnxTrainer(tinyOptions());
    await trainer.evaluate(tinyBatch(1));
    await trainer.release();
    await expect(trainer.evaluate(tinyBatch(1))).rejects.toThrow('released before');
    await expect(trainer.release()).rejects.toThrow('released before');
  });
});
