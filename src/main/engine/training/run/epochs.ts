import { setImmediate } from 'node:timers/promises';
import type { TrainConfig } from '../../../../shared/train-config.ts';
import { type BatchSettings, makeBatch } from '../batch.ts';
import { drawsFor } from '../random.ts';
import { epochOrder, repeatsIn } from '../sampling/epoch-order.ts';
import { learningRateFactor } from '../schedules/index.ts';
import type { TrainingSet } from '../targets.ts';
import type { StepReport, Trainer } from '../trainer.ts';
import type { TrainingMethods } from './methods.ts';

/** Where a run is: epochs finished, and faces of the present one's order trained on. */
export interface Place {
  readonly epoch: number;
  readonly position: number;
}

/** How many steps an epoch has, and faces a step: an epoch's faces that fill no batch are left to other epochs. */
export function epochSize(
  { batchSize }: Pick<TrainConfig, 'batchSize'>,
  faces: number,
): { steps: number; batch: number } {
  const batch = Math.min(batchSize, faces);
  return { batch, steps: batch === 0 ? 0 : Math.floor(faces / batch) };
}

export interface DoneStep extends StepReport {
  readonly place: Place;
  /** The common rate; groups with one of their own change with it. */
  readonly learningRate: number;
  readonly seconds: number;
  readonly faces: number;
}

export interface EpochsOptions {
  readonly config: TrainConfig;
  readonly methods: TrainingMethods;
  readonly trainer: Trainer;
  readonly set: TrainingSet;
  readonly prior: Float32Array | null;
  readonly classWeights: Float32Array;
  readonly signal: AbortSignal;
  readonly from: Place;
  onStep(step: DoneStep): void;
  /** An epoch's steps are done; resolves to whether the run goes on. */
  onEpoch(epoch: number): Promise<boolean>;
  /** The run was asked to stop; what follows is the signal's reason. */
  onStop(place: Place): void;
}

/**
 * Trains from a place on to the last epoch. All that is random follows from the seed, the epoch, the step and the face,
 * so that a run that was interrupted goes on as it would have. Throws the signal's reason once it has aborted.
 */
export async function runEpochs(options: EpochsOptions): Promise<void> {
  const { config, from } = options;
  for (let epoch = from.epoch; epoch < config.epochs; epoch += 1) {
    await runEpoch(options, epoch, epoch === from.epoch ? from.position : 0);
    if (!(await options.onEpoch(epoch))) return;
  }
}

async function runEpoch(options: EpochsOptions, epoch: number, first: number): Promise<void> {
  const { config, methods, trainer, set, prior, classWeights, signal } = options;
  const { seed } = config;
  const order = epochOrder(set.faces, methods.sampler, config.sampling, { seed, epoch });
  const repeats = repeatsIn(order);
  const augmentation = { amounts: methods.amounts, seed, epoch };
  const settings: BatchSettings = { prior, classWeights, augmentation };
  const { batch: size, steps } = epochSize(config, set.faces.length);
  for (let position = first; position + size <= steps * size; position += size) {
    // The session blocks this thread, so a wish to stop is only heard where the event loop turns.
    await setImmediate();
    if (signal.aborted) options.onStop({ epoch, position });
    signal.throwIfAborted();
    const begun = performance.now();
    const end = position + size;
    const batch = makeBatch(set, settings, order.subarray(position, end), repeats.subarray(position, end));
    const done = trainer.stepsDone;
    const factor = learningRateFactor(
      methods.schedule,
      { step: done, stepsPerEpoch: steps, epochs: config.epochs },
      config.schedule,
    );
    const rates = Object.entries(methods.learningRates).map(([group, rate]) => [group, rate * factor]);
    const report = await trainer.step(batch, {
      learningRates: Object.fromEntries(rates) as typeof methods.learningRates,
      maskSeed: drawsFor('masks', seed, done).whole(0x7fff_ffff),
      clipNorm: config.clipNorm,
    });
    options.onStep({
      ...report,
      place: { epoch, position: end },
      learningRate: config.learningRate * factor,
      seconds: (performance.now() - begun) / 1000,
      faces: size,
    });
  }
}
