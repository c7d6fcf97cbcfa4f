import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newestCheckpoint, writeCheckpoint } from '../../../src/main/engine/training/checkpoint.ts';
import { LOSSES } from '../../../src/main/engine/training/losses/index.ts';
import { createOnnxTrainer } from '../../../src/main/engine/training/onnx-trainer.ts';
import { OPTIMIZERS } from '../../../src/main/engine/training/optimizers/index.ts';
import { TRAINED_PARTS } from '../../../src/main/engine/training/scopes.ts';
import { loadTensorflow } from '../../../src/main/engine/training/tfjs/load.ts';
import { createTfjsTrainer, TFJS_PARTS } from '../../../src/main/engine/training/tfjs-trainer.ts';
import type { StepSettings, Trainer, TrainerOptions, TrainerState } from '../../../src/main/engine/training/trainer.ts';
import { initialWeights } from '../../../src/main/engine/weights/initial.ts';
import type { Weights } from '../../../src/main/engine/weights/weights-file.ts';
import { specsOf, stepSettings, tinyBatch, tinyConfig, tinyOptions } from './tiny-run.ts';

const { tf } = await loadTensorflow();

const STEPS = 5;

/**
 * A bias that is followed by a normalisation with the batch's own mean has no effect, and rounding errors for a
 * gradient. Adam would make whole steps of any sign of them: an ε above them keeps such a bias where it is.
 */
const ABOVE_ROUNDING = 1e-5;

function resizerAndHead(changes: Partial<TrainerOptions> = {}): TrainerOptions {
  const { optimizerSettings, ...others } = changes;
  const settings = { momentum: 0, epsilon: ABOVE_ROUNDING, ...optimizerSettings };
  return tinyOptions({ parts: ['resizer', 'head'], optimizerSettings: settings, ...others });
}

function trainerBy(kind: 'onnx' | 'tfjs', options: TrainerOptions): Trainer {
  const trainer = kind === 'onnx' ? createOnnxTrainer(options) : createTfjsTrainer(tf, options);
  onTestFinished(() => trainer.release());
  return trainer;
}

/** The relative distance of tensors to those expected, all of them as one vector. */
function offBy(found: Weights, expected: Weights): number {
  const sums = { off: 0, size: 0 };
  for (const [key, { data }] of expected) {
    const other = found.get(key)!.data as Float32Array;
    (data as Float32Array).forEach((value, at) => {
      sums.off += (other[at]! - value) ** 2;
      sums.size += value ** 2;
    });
  }
  return Math.sqrt(sums.off / Math.max(sums.size, 1e-12));
}

function expectSameState(found: TrainerState, expected: TrainerState): void {
  expect([...found.weights.keys()]).toEqual([...expected.weights.keys()]);
  expect([...found.buffers.keys()]).toEqual([...expected.buffers.keys()]);
  expect(offBy(found.weights, expected.weights)).toBeLessThan(1e-3);
  for (const [key, tensor] of expected.weights) {
    expect(offBy(found.weights, new Map([[key, tensor]])), key).toBeLessThan(1e-3);
  }
  expect(offBy(found.buffers, expected.buffers)).toBeLessThan(1e-3);
  if (expected.ema !== null) expect(offBy(found.ema!, expected.ema)).toBeLessThan(1e-3);
}

const settingsOf = (step: number, changes: Partial<StepSettings> = {}): StepSettings =>
  stepSettings(2e-3, { maskSeed: step, ...changes });

/** Steps of both trainers from the same weights over the same batches; each step's losses and gradients are compared. */
async function compareSteps(options: TrainerOptions, changes: Partial<StepSettings> = {}): Promise<void> {
  const [onnx, tfjs] = [trainerBy('onnx', options), trainerBy('tfjs', options)];
  for (let step = 0; step < STEPS; step += 1) {
    const batch = tinyBatch(8, step + 1);
    const expected = await onnx.step(batch, settingsOf(step, changes));
    const found = await tfjs.step(batch, settingsOf(step, changes));
    expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-4);
    expect(found.gradientNorm / expected.gradientNorm).toBeCloseTo(1, 3);
  }
  expectSameState(tfjs.state(), onnx.state());
}

describe('five steps are those of the onnx trainer', () => {
  it.each(LOSSES.map(({ name }) => name))('by the loss %s', (loss) => compareSteps(resizerAndHead({ loss })));

  it.each(OPTIMIZERS.map(({ name }) => name))('by the optimiser %s, with decay', (optimizer) =>
    compareSteps(resizerAndHead({ optimizer, optimizerSettings: { weightDecay: 0.05, momentum: 0.9 } })),
  );

  it.each([
    ['F-PDLS, normalisations training', { loss: 'f_pdls', lossSettings: { alpha: 0.7, gamma: 1.5 } }],
    ['soft votes, normalisations frozen', { loss: 'soft_votes', batchNorm: 'frozen' }],
    ['the paper’s head with its dropout', { config: tinyConfig({ head: 'paper' }), loss: 'f_pdls' }],
    ['the paper’s head, frozen', { config: tinyConfig({ head: 'paper' }), batchNorm: 'frozen' }],
    ['averaged weights', { emaDecay: 0.9 }],
    ['parts of a batch, each with statistics of its own', { microBatch: 3, emaDecay: 0.9 }],
    [
      'parts of a batch, each with masks of its own',
      { microBatch: 3, batchNorm: 'frozen', config: tinyConfig({ head: 'paper' }) },
    ],
    ['the head alone', { parts: ['head'] }],
    ['the resizer alone', { parts: ['resizer'] }],
    ['two residual blocks', { config: tinyConfig({ resizer: { kind: 'resizer', n: 3, r: 2 } }) }],
    [
      'a face enlarged and in colour',
      { config: tinyConfig({ sr: { kind: 'bicubic', config: { scale: 2 } }, normalise: undefined }) },
    ],
    ['a resizer that leaves the size', { config: tinyConfig({ input: 12, sr: null, backbone: swinOf(12) }) }],
  ] satisfies readonly (readonly [string, Partial<TrainerOptions>])[])('with %s', (_, changes) =>
    compareSteps(resizerAndHead({ optimizer: 'adamw', ...changes })),
  );

  it('as published: F-PDLS, Adam with its usual ε at a rate of 1e-4', async () => {
    const options = resizerAndHead({ loss: 'f_pdls', optimizer: 'adam', optimizerSettings: { epsilon: 1e-8 } });
    const [onnx, tfjs] = [trainerBy('onnx', options), trainerBy('tfjs', options)];
    for (let step = 0; step < STEPS; step += 1) {
      const losses = [];
      for (const trainer of [onnx, tfjs])
        losses.push((await trainer.step(tinyBatch(8, step), stepSettings(1e-4))).loss);
      expect(Math.abs(losses[0]! - losses[1]!)).toBeLessThan(1e-4);
    }
    expect(offBy(tfjs.state().weights, onnx.state().weights)).toBeLessThan(1e-3);
  });

  it('with clipped gradients and a rate for each part', () =>
    compareSteps(resizerAndHead(), { clipNorm: 0.05, learningRates: { resizer: 1e-2, head: 3e-1 } }));

  it.each([
    ['vit', { embed_dim: 16, num_heads: 2, depth: 2 }],
    ['deit', { embed_dim: 16, num_heads: 2, depth: 2, distilled: true }],
    ['convit', { embed_dim: 8, num_heads: 2, depth: 2, local_up_to_layer: 1 }],
    ['xcit', { embed_dim: 16, num_heads: 2, depth: 1 }],
  ])('before %s, with dropout before its head', async (kind, sizes) => {
    const config = tinyConfig({
      backbone: { kind, config: { img_size: 16, patch_size: kind === 'xcit' ? 16 : 4, drop_rate: 0.4, ...sizes } },
    });
    await compareSteps(resizerAndHead({ config, weights: initialWeights(specsOf(config), 3) }));
  });
});

function swinOf(side: number) {
  const { kind, config } = tinyConfig().backbone;
  return { kind, config: { ...config, img_size: side, patch_size: 3 } };
}

describe('the trainers can be exchanged', () => {
  it('a checkpoint of either is gone on from by the other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tfjs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const options = resizerAndHead({ optimizer: 'adamw', emaDecay: 0.9, loss: 'f_pdls' });
    const progress = { config: {}, optimizer: 'adamw', seed: 0, epoch: 0, position: 0 };
    const undisturbed = trainerBy('onnx', options);
    for (let step = 0; step < 4; step += 1) await undisturbed.step(tinyBatch(8, step), settingsOf(step));
    let last: Trainer | null = null;
    for (const [index, kind] of (['tfjs', 'onnx'] as const).entries()) {
      last = trainerBy(kind, options);
      const checkpoint = newestCheckpoint(folder);
      if (checkpoint !== null) last.restore(checkpoint.state);
      for (const step of [2 * index, 2 * index + 1]) await last.step(tinyBatch(8, step), settingsOf(step));
      writeCheckpoint(folder, { progress, state: last.state() });
    }
    expect(last!.stepsDone).toBe(4);
    expectSameState(last!.state(), undisturbed.state());
  });

  it('evaluation gives the same logits, by the averages too', async () => {
    const options = resizerAndHead({ emaDecay: 0.5 });
    const [onnx, tfjs] = [trainerBy('onnx', options), trainerBy('tfjs', options)];
    await tfjs.step(tinyBatch(4), settingsOf(0));
    onnx.restore(tfjs.state());
    for (const weights of ['current', 'ema'] as const) {
      expect((await tfjs.evaluate(tinyBatch(5), weights)).logits).toEqual(
        (await onnx.evaluate(tinyBatch(5), weights)).logits,
      );
    }
    await expect(trainerBy('tfjs', resizerAndHead()).evaluate(tinyBatch(2), 'ema')).rejects.toThrow(
      'no averaged weights',
    );
  });
});

describe('memory', () => {
  it('holds no tensor of TensorFlow’s between steps, not even after one that failed', async () => {
    const trainer = trainerBy('tfjs', resizerAndHead({ config: tinyConfig({ head: 'paper' }), microBatch: 4 }));
    const before = tf.memory();
    for (let step = 0; step < 3; step += 1) {
      await trainer.step(tinyBatch(8, step), settingsOf(step));
      expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
    }
    const broken = { ...tinyBatch(8), weights: new Float32Array(8).fill(Number.MAX_VALUE) };
    await expect(trainer.step(broken, settingsOf(3))).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before.numTensors);
  });
});

describe('the tfjs trainer refuses', () => {
  it.each(TRAINED_PARTS.map(({ name }) => name).filter((name) => !TFJS_PARTS.includes(name)))('to train %s', (part) => {
    expect(() => createTfjsTrainer(tf, resizerAndHead({ parts: ['head', part] }))).toThrow(
      `trains the resizer and the head alone, not ${part}`,
    );
  });

  it('a resizer where the network has none', () => {
    const config = tinyConfig({ resizer: { kind: 'bilinear' } });
    expect(() => createTfjsTrainer(tf, resizerAndHead({ config }))).toThrow('no resizer to train');
  });

  it('a step that is not finite, and keeps the weights as they were', async () => {
    const trainer = trainerBy('tfjs', resizerAndHead());
    const state = trainer.state();
    const huge = Array.from(state.weights, ([key, tensor]) => {
      return [key, { ...tensor, data: (tensor.data as Float32Array).map(() => 1e30) }] as const;
    });
    trainer.restore({ ...state, weights: new Map(huge) });
    await expect(trainer.step(tinyBatch(4), settingsOf(0))).rejects.toThrow(/Step 1 found a loss of/);
    expect(trainer.state().weights).toEqual(new Map(huge));
    expect(trainer.stepsDone).toBe(0);
  });

  it('a batch without the prior that the loss needs, a part without a rate, a state of other options', async () => {
    const trainer = trainerBy('tfjs', resizerAndHead({ loss: 'pdls' }));
    await expect(trainer.step({ ...tinyBatch(2), priorRows: null }, settingsOf(0))).rejects.toThrow('needs a prior');
    const rates = { learningRates: { head: 0.1 } };
    await expect(trainer.step(tinyBatch(2), settingsOf(0, rates))).rejects.toThrow('no learning rate for the resizer');
    const other = trainerBy('tfjs', resizerAndHead({ parts: ['head'] }));
    expect(() => trainer.restore(other.state())).toThrow('from a run with other options');
  });

  it('anything after its release', async () => {
    const trainer = createTfjsTrainer(tf, resizerAndHead());
    await trainer.release();
    await expect(trainer.step(tinyBatch(2), settingsOf(0))).rejects.toThrow('released before');
    await expect(trainer.release()).rejects.toThrow('released before');
  });
});
