import { describe, expect, it, onTestFinished } from 'vitest';
import { createOnnxTrainer } from '../../../src/main/engine/training/onnx-trainer.ts';
import { loadTensorflow } from '../../../src/main/engine/training/tfjs/load.ts';
import { createTfjsTrainer } from '../../../src/main/engine/training/tfjs-trainer.ts';
import type { StepReport, Trainer, TrainerOptions } from '../../../src/main/engine/training/trainer.ts';
import type { Weights } from '../../../src/main/engine/weights/weights-file.ts';
import { stepSettings, tinyBatch, tinyConfig, tinyOptions } from './tiny-run.ts';

const { tf } = await loadTensorflow();

const RESIZER_AND_HEAD = { parts: ['resizer', 'head'] } as const;

function both(changes: Partial<TrainerOptions>): readonly [Trainer, Trainer] {
  const options = tinyOptions({ ...RESIZER_AND_HEAD, ...changes });
  const trainers = [createOnnxTrainer(options), createTfjsTrainer(tf, options)] as const;
  onTestFinished(async () => {
    for (const trainer of trainers) await trainer.release();
  });
  return trainers;
}

const distance = (found: Weights, expected: Weights): number => {
  let [off, size] = [0, 0];
  for (const [key, { data }] of expected) {
    const other = found.get(key)!.data as Float32Array;
    for (const [at, value] of (data as Float32Array).entries()) {
      off += (other[at]! - value) ** 2;
      size += value ** 2;
    }
  }
  return Math.sqrt(off / size);
};

describe('the tfjs trainer', () => {
  it.each([
    ['cross_entropy', 'sgd', {}],
    ['f_pdls', 'adamw', { config: tinyConfig({ head: 'paper' }) }],
    ['soft_votes', 'adam', { batchNorm: 'frozen' }],
  ] as const)('with %s and %s does the steps of the onnx trainer', async (loss, optimizer, changes) => {
    const [onnx, tfjs] = both({ loss, optimizer, ...changes });
    for (let step = 0; step < 5; step += 1) {
      const reports: StepReport[] = [];
      for (const trainer of [onnx, tfjs]) {
        reports.push(await trainer.step(tinyBatch(8, step), stepSettings(1e-3, { maskSeed: step })));
      }
      console.log(reports.map((r) => JSON.stringify(r)).join(' '));
      expect(Math.abs(reports[0]!.loss - reports[1]!.loss)).toBeLessThan(1e-4);
    }
    const [expected, found] = [onnx.state(), tfjs.state()];
    for (const [key, tensor] of expected.weights) {
      const one = (weights: Weights) => new Map([[key, weights.get(key)!]]);
      console.log(key, tensor.shape, distance(one(found.weights), one(expected.weights)));
    }
    console.log(distance(found.weights, expected.weights), distance(found.buffers, expected.buffers));
    expect(distance(found.weights, expected.weights)).toBeLessThan(1e-3);
  });
});
