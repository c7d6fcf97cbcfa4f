import type { TrainConfig } from '../../../../shared/train-config.ts';
import type { Weights } from '../../weights/weights-file.ts';
import type { TrainerOptions } from '../trainer.ts';
import type { TrainingMethods } from './methods.ts';
import type { TrainingStart } from './start.ts';

/** What a run's settings ask of a trainer that begins with these weights. */
export const trainerOptionsOf = (
  config: TrainConfig,
  { network }: TrainingStart,
  { parts }: TrainingMethods,
  weights: Weights,
): TrainerOptions => ({
  config: network,
  weights,
  parts,
  loss: config.loss.name,
  lossSettings: config.loss,
  optimizer: config.optimizer.name,
  optimizerSettings: config.optimizer,
  batchNorm: config.batchNorm,
  ...(config.microBatch !== null && { microBatch: config.microBatch }),
  ...(config.ema !== null && { emaDecay: config.ema }),
});
