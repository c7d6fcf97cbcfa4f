import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { type Checkpoint, newestCheckpoint, writeCheckpoint } from '../../../src/main/engine/training/checkpoint.ts';
import { createOnnxTrainer } from '../../../src/main/engine/training/onnx-trainer.ts';
import type { Trainer, TrainerState } from '../../../src/main/engine/training/trainer.ts';
import { tempFolder } from '../../support/temp.ts';
import { stepSettings, tinyBatch, tinyOptions } from './tiny-run.ts';

const PROGRESS = { config: { loss: 'pdls', alpha: 0.8 }, optimizer: 'adamw', seed: 7, epoch: 2, position: 96 };

function checkpointOf(step: number, changes: Partial<TrainerState> = {}): Checkpoint {
  const tensors = new Map([['head.weight', tensorOf('float32', [2, 1], [step, 0.1])]]);
  const moments = { mean: tensors, square: tensors };
  return { progress: PROGRESS, state: { step, weights: tensors, buffers: new Map(), moments, ema: null, ...changes } };
}

const stepFound = (folder: string): number | undefined => newestCheckpoint(folder)?.state.step;

/** What a killed process may leave of a file: its first half. */
function halve(file: string): void {
  truncateSync(file, Math.floor(readFileSync(file).length / 2));
}

const file = (folder: string, step: number, extension: string): string =>
  join(folder, `step-${String(step).padStart(9, '0')}.${extension}`);

describe('a checkpoint', () => {
  it('comes back as it was written', () => {
    const folder = join(tempFolder(), 'run');
    const buffers = new Map([['bn.running_mean', tensorOf('float32', [1], [Number.MIN_VALUE])]]);
    const ema = new Map([['head.weight', tensorOf('float32', [2, 1], [1 / 3, -0])]]);
    const written = checkpointOf(12, { buffers, ema });
    writeCheckpoint(folder, written);
    expect(newestCheckpoint(folder)).toEqual(written);
  });

  it('is none where nothing was written', () => {
    expect(newestCheckpoint(join(tempFolder(), 'none'))).toBeNull();
  });

  it('is the newest one, of which as many are kept as asked for', () => {
    const folder = tempFolder();
    for (const step of [9, 10, 11, 100]) writeCheckpoint(folder, checkpointOf(step), 2);
    expect(stepFound(folder)).toBe(100);
    expect(readdirSync(folder).toSorted()).toEqual([
      'step-000000011.json',
      'step-000000011.safetensors',
      'step-000000100.json',
      'step-000000100.safetensors',
    ]);
  });

  it('takes the place of one of the same step', () => {
    const folder = tempFolder();
    writeCheckpoint(folder, checkpointOf(3));
    const other = { ...checkpointOf(3), progress: { ...PROGRESS, position: 8 } };
    writeCheckpoint(folder, other);
    expect(newestCheckpoint(folder)).toEqual(other);
  });
});

describe('what a killed process leaves is passed over, and the one before is found', () => {
  it.each([
    ['tensors cut short', (folder: string) => halve(file(folder, 2, 'safetensors'))],
    ['a record cut short', (folder: string) => halve(file(folder, 2, 'json'))],
    ['an empty record', (folder: string) => writeFileSync(file(folder, 2, 'json'), '')],
    [
      'tensors without a record',
      (folder: string) => copyFileSync(file(folder, 2, 'safetensors'), file(folder, 3, 'safetensors')),
    ],
    [
      'a record of other tensors',
      (folder: string) => copyFileSync(file(folder, 1, 'safetensors'), file(folder, 2, 'safetensors')),
    ],
    [
      'a flipped bit',
      (folder: string) => {
        const bytes = readFileSync(file(folder, 2, 'safetensors'));
        bytes[bytes.length - 1]! ^= 1;
        writeFileSync(file(folder, 2, 'safetensors'), bytes);
      },
    ],
  ])('%s', (what, damage) => {
    const folder = tempFolder();
    for (const step of [1, 2]) writeCheckpoint(folder, checkpointOf(step));
    damage(folder);
    expect(stepFound(folder)).toBe(what === 'tensors without a record' ? 2 : 1);
  });

  it('unfinished files are removed with the next checkpoint; other files stay', () => {
    const folder = tempFolder();
    const leftovers = ['step-000000001.json.part', 'step-000000002.safetensors.some-id.part'];
    for (const name of [...leftovers, 'notes.txt']) writeFileSync(join(folder, name), 'half');
    writeCheckpoint(folder, checkpointOf(2));
    expect(leftovers.some((name) => existsSync(join(folder, name)))).toBe(false);
    expect(existsSync(join(folder, 'notes.txt'))).toBe(true);
  });
});

describe('a run that is cut off', () => {
  const trainerFor = (optimizer: string): Trainer => {
    const options = { optimizer, optimizerSettings: { weightDecay: 0.05 }, emaDecay: 0.9, loss: 'f_pdls' };
    const trainer = createOnnxTrainer(tinyOptions(options));
    onTestFinished(() => trainer.release());
    return trainer;
  };
  const runSteps = async (trainer: Trainer, from: number, to: number): Promise<readonly number[]> => {
    const losses: number[] = [];
    for (let step = from; step < to; step += 1) {
      const settings = stepSettings(0.01 / (step + 1), { maskSeed: step, clipNorm: 1 });
      losses.push((await trainer.step(tinyBatch(6, step), settings)).loss);
    }
    return losses;
  };

  it.each(['adamw', 'sgd'])(
    'and goes on in a new trainer ends, bit by bit, as if it had not been: %s',
    async (optimizer) => {
      const straight = trainerFor(optimizer);
      const losses = await runSteps(straight, 0, 6);

      const folder = tempFolder();
      const before = trainerFor(optimizer);
      await runSteps(before, 0, 3);
      writeCheckpoint(folder, { progress: PROGRESS, state: before.state() });
      const after = trainerFor(optimizer);
      after.restore(newestCheckpoint(folder)!.state);
      expect(await runSteps(after, 3, 6)).toEqual(losses.slice(3));
      expect(after.state()).toEqual(straight.state());
      expect(after.stepsDone).toBe(6);
      expect((await after.evaluate(tinyBatch(3), 'ema')).logits).toEqual(
        (await straight.evaluate(tinyBatch(3), 'ema')).logits,
      );
    },
  );
});
