import { setImmediate } from 'node:timers/promises';
import type { SuperResolutionConfig, SuperResolutionEpoch } from '../../../../shared/contract/super-resolution.ts';
import type { ProviderName } from '../../../../shared/entities.ts';
import { UsageError } from '../../../../shared/errors.ts';
import { parametersOf } from '../../nets/instantiate.ts';
import { configFor } from '../../nets/registry.ts';
import { findSuperResolution } from '../../nets/super-resolution/index.ts';
import { initialWeights } from '../../weights/initial.ts';
import type { Weights } from '../../weights/weights-file.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { layoutOf } from '../layout.ts';
import { findOptimizer } from '../optimizers/index.ts';
import { OPTIMIZER_DEFAULTS } from '../optimizers/optimizer.ts';
import type { UpdatePlan } from '../plan.ts';
import { drawsFor } from '../random.ts';
import { shuffledPlaces } from '../sampling/epoch-order.ts';
import { cosine } from '../schedules/cosine.ts';
import { learningRateFactor } from '../schedules/index.ts';
import { SCHEDULE_DEFAULTS } from '../schedules/schedule.ts';
import { StepRunner } from '../step-runner.ts';
import { type FacePairs, type PairBatch, pairBatch } from './face-pairs.ts';
import { bicubicPsnr, meanPsnr } from './measure.ts';
import { type EnlargingNet, enlargingObjective } from './objective.ts';

export interface EnlargingRunOptions {
  readonly config: SuperResolutionConfig;
  readonly provider: ProviderName;
  readonly train: FacePairs;
  readonly validation: FacePairs;
  readonly signal: AbortSignal;
  /** Where the run goes on from; null begins it. */
  readonly checkpoint: Checkpoint | null;
  onStep(step: { readonly epoch: number; readonly done: number; readonly steps: number; readonly loss: number }): void;
  /** An epoch is done and measured; its weights and state can be kept. */
  onEpoch(epoch: SuperResolutionEpoch, checkpoint: Checkpoint): void;
}

export interface EnlargingRun {
  /** Keys without `sr.`: what `--sr-weights` takes. */
  readonly weights: Weights;
  readonly parameters: number;
  /** Mean PSNR over the validation faces, in dB. */
  readonly psnr: number;
  readonly bicubicPsnr: number;
}

/**
 * Trains a super-resolution to enlarge shrunken faces back to what they were, by Adam with a cosine to zero; averaged
 * weights are what is measured and kept. All that is random follows from the seed and the epoch. Throws UsageError for
 * a kind or sizes that do not fit, the signal's reason once it has aborted.
 */
export async function trainEnlarging(options: EnlargingRunOptions): Promise<EnlargingRun> {
  const { config, provider, train, validation, signal, checkpoint } = options;
  const enlarging = enlargingNet(config, train.side);
  const plan = planOf(enlarging, config);
  const runner = new StepRunner(plan, enlargingObjective(plan, enlarging), { emaDecay: config.ema }, { provider });
  try {
    if (checkpoint !== null) runner.restore(checkpoint.state);
    const measured = (): Promise<number> =>
      meanPsnr(validation, signal, async (feeds) => (await runner.evaluate(feeds, 'ema')).enlarged!);
    for (let epoch = checkpoint?.progress.epoch ?? 0; epoch < config.epochs; epoch += 1) {
      const trainLoss = await runEpoch(options, runner, epoch);
      const progress = { config, optimizer: OPTIMIZER, seed: config.seed, epoch: epoch + 1, position: 0 };
      options.onEpoch({ epoch: epoch + 1, trainLoss, psnr: await measured() }, { progress, state: runner.state() });
    }
    const averaged = runner.state().ema!;
    const weights = new Map(Array.from(averaged, ([key, tensor]) => [key.replace(/^sr\./, ''), tensor]));
    const parameters = Array.from(weights.values()).reduce((sum, { data }) => sum + data.length, 0);
    return {
      weights,
      parameters,
      psnr: await measured(),
      bicubicPsnr: await bicubicPsnr(validation, provider, signal),
    };
  } finally {
    await runner.release();
  }
}

/** Steps over all faces once, shuffled and each mirrored or not; resolves to the mean loss. */
async function runEpoch(
  { config, train, signal, onStep }: EnlargingRunOptions,
  runner: StepRunner<PairBatch>,
  epoch: number,
): Promise<number> {
  const size = Math.min(config.batchSize, train.count);
  const steps = Math.floor(train.count / size);
  const order = shuffledPlaces(train.count, config.seed, epoch);
  const flips = drawsFor('flip', config.seed, epoch);
  let sum = 0;
  for (let step = 0; step < steps; step += 1) {
    await setImmediate();
    signal.throwIfAborted();
    const positions = order.subarray(step * size, (step + 1) * size);
    const mirrored = Array.from(positions, () => flips.uniform() < 0.5);
    const place = { step: runner.stepsDone, stepsPerEpoch: steps, epochs: config.epochs };
    const { loss } = await runner.step(pairBatch(train, positions, mirrored), {
      learningRates: { sr: config.learningRate * learningRateFactor(cosine, place, SCHEDULE) },
      maskSeed: 0,
      clipNorm: null,
    });
    sum += loss;
    onStep({ epoch, done: step + 1, steps, loss });
  }
  return sum / steps;
}

const OPTIMIZER = 'adam';
const SCHEDULE = { ...SCHEDULE_DEFAULTS, warmupEpochs: 0.25 };

function planOf(enlarging: EnlargingNet, { seed }: SuperResolutionConfig): UpdatePlan {
  const specs = parametersOf(enlarging.net, enlarging.config).map((spec) => ({ ...spec, key: `sr.${spec.key}` }));
  if (specs.length === 0) {
    throw new UsageError('This super-resolution has nothing to train.', {
      field: 'kind',
      remedy: 'Choose fsrcnn or espcn.',
    });
  }
  return {
    layout: layoutOf(specs, { trained: new Set(specs.map(({ key }) => key)), freezesBatchNorm: false }),
    weights: initialWeights(specs, seed),
    optimizer: findOptimizer(OPTIMIZER),
    optimizerSettings: { ...OPTIMIZER_DEFAULTS, weightDecay: 0 },
    averages: true,
  };
}

function enlargingNet({ kind, scale, network }: SuperResolutionConfig, side: number): EnlargingNet {
  const net = findSuperResolution(kind);
  if (side % scale !== 0) {
    throw new UsageError(`Faces of ${side} pixels cannot be shrunk by ${scale}.`, { field: 'scale' });
  }
  const config = configFor(net, { ...network, input: side / scale, scale, ...(kind !== 'dic' && { channels: 1 }) });
  return { net, config, side, scale };
}
