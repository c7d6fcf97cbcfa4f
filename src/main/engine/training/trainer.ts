import { EngineError } from '../../../shared/errors.ts';
import type { ClassifierConfig } from '../nets/classifier.ts';
import type { Weights } from '../weights/weights-file.ts';
import type { Batch } from './batch.ts';
import type { LossSettings } from './losses/loss.ts';
import type { OptimizerSettings } from './optimizers/optimizer.ts';
import type { LearningRateGroup, TrainedPart } from './scopes.ts';

/** What stays the same from a run's first step to its last. */
export interface TrainerOptions {
  readonly config: ClassifierConfig;
  /** Every tensor of the network by key. */
  readonly weights: Weights;
  /** The parts that are trained; everything else stays as it is. */
  readonly parts: readonly TrainedPart[];
  /** A name of LOSSES. */
  readonly loss: string;
  readonly lossSettings?: Partial<LossSettings>;
  /** A name of OPTIMIZERS. */
  readonly optimizer: string;
  readonly optimizerSettings?: Partial<OptimizerSettings>;
  /** `frozen`: the running statistics stay as they are and normalise; by default trained parts learn new ones. */
  readonly batchNorm?: 'training' | 'frozen';
  /** Most faces at once; a larger batch's gradients are summed up over several runs. All at once when left out. */
  readonly microBatch?: number;
  /** The share of the averaged weights that a step keeps, smaller in the first steps; no average when left out. */
  readonly emaDecay?: number;
}

/** What may differ from step to step. */
export interface StepSettings {
  /** One for each part of the network that is trained. */
  readonly learningRates: Readonly<Partial<Record<LearningRateGroup, number>>>;
  /** Dropout and stochastic depth are drawn from it. */
  readonly maskSeed: number;
  /** Gradients whose norm over all trained tensors is larger are scaled down to it; null leaves them as they are. */
  readonly clipNorm: number | null;
}

export interface StepReport {
  /** The batch's mean loss before the step, faces weighted by their class weights. */
  readonly loss: number;
  /** The gradient's norm before clipping. */
  readonly gradientNorm: number;
}

/** Throws EngineError for a step whose loss or gradient is not finite. */
export function refuseNotFinite(step: number, { loss, gradientNorm }: StepReport): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  throw new EngineError(`Step ${step} found a loss of ${loss} and a gradient of norm ${gradientNorm}.`, {
    kept: 'The weights are as they were before the step.',
    remedy: 'Lower the learning rate, or clip the gradients.',
  });
}

/** All that steps change: what a checkpoint holds, and what a trainer goes on from bit by bit. */
export interface TrainerState {
  /** Steps done. */
  readonly step: number;
  /** The trained tensors by key. */
  readonly weights: Weights;
  /** Running statistics that training moves, by key. */
  readonly buffers: Weights;
  /** The optimiser's memory by its name, each by the weights' keys. */
  readonly moments: Readonly<Record<string, Weights>>;
  /** Averages of `weights` and `buffers`; null where none are kept. */
  readonly ema: Weights | null;
}

export type WeightsChoice = 'current' | 'ema';

/** Trains one classifier. Its calls must not overlap: each waits for the one before. */
export interface Trainer {
  readonly stepsDone: number;
  /**
   * One optimiser step. Throws UsageError for a batch that lacks what the loss needs, EngineError where loss or
   * gradient are not finite: the state is then as it was before.
   */
  step(batch: Batch, settings: StepSettings): Promise<StepReport>;
  /** N×C logits in inference mode, by the current weights unless asked for the averaged ones. */
  evaluate(faces: Pick<Batch, 'pixels' | 'size'>, weights?: WeightsChoice): Promise<{ readonly logits: Float32Array }>;
  state(): TrainerState;
  /** Goes on from a state of a trainer with the same options. Throws WeightsError naming the tensors that do not fit. */
  restore(state: TrainerState): void;
  /** Frees what it holds on the provider. Throws EngineError, as all calls after it do, if it was released before. */
  release(): Promise<void>;
}
