import { UsageError } from '../../../../shared/errors.ts';
import type { TrainConfig } from '../../../../shared/train-config.ts';
import type { ParameterSpec } from '../../nets/scope.ts';
import type { AugmentationAmounts } from '../augmentation/index.ts';
import { augmentationPreset } from '../augmentation/presets.ts';
import { CLASS_WEIGHTINGS } from '../class-weights.ts';
import { findNamed } from '../find-named.ts';
import { findLoss } from '../losses/index.ts';
import type { Loss } from '../losses/loss.ts';
import { findOptimizer } from '../optimizers/index.ts';
import { SAMPLERS } from '../sampling/index.ts';
import type { Sampler } from '../sampling/sampler.ts';
import { findSchedule } from '../schedules/index.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { LEARNING_RATE_GROUPS, type LearningRateGroup, type TrainedPart, trainedKeys } from '../scopes.ts';
import { findTrainer } from '../trainers.ts';

/** What a config's names stand for. */
export interface TrainingMethods {
  readonly parts: readonly TrainedPart[];
  readonly trained: ReadonlySet<string>;
  readonly loss: Loss;
  /** Whether faces are taught the crowd's votes. */
  readonly usesVotes: boolean;
  readonly sampler: Sampler;
  readonly amounts: AugmentationAmounts;
  readonly schedule: Schedule;
  /** The rate of each group of the network before the schedule. */
  readonly learningRates: Readonly<Record<LearningRateGroup, number>>;
}

/** Finds everything that a config names, for a network of these parameters. Throws UsageError naming what is unknown. */
export function methodsOf(config: TrainConfig, specs: readonly ParameterSpec[]): TrainingMethods {
  const loss = findLoss(config.loss.name);
  findOptimizer(config.optimizer.name);
  findNamed(CLASS_WEIGHTINGS, config.classWeights, 'class weighting');
  const parts = config.parts as readonly TrainedPart[];
  findTrainer(config.trainer).refuseParts(parts);
  return {
    parts,
    trained: trainedKeys(parts, specs),
    loss,
    usesVotes: config.targets === 'votes' || (config.targets === 'loss' && loss.usesVotes),
    sampler: findNamed<Sampler>(SAMPLERS, config.sampling.name, 'sampler'),
    amounts: augmentationPreset(config.augmentation).amounts,
    schedule: findSchedule(config.schedule.name),
    learningRates: ratesOf(config),
  };
}

function ratesOf({ learningRate, learningRates }: TrainConfig): TrainingMethods['learningRates'] {
  const unknown = Object.keys(learningRates).filter(
    (name) => !(LEARNING_RATE_GROUPS as readonly string[]).includes(name),
  );
  if (unknown.length > 0) {
    throw new UsageError(`There is no part ${unknown.join(', ')} with a learning rate of its own.`, {
      field: 'learningRates',
      names: LEARNING_RATE_GROUPS,
      remedy: `Choose among ${LEARNING_RATE_GROUPS.join(', ')}.`,
    });
  }
  const rates = LEARNING_RATE_GROUPS.map((group) => [group, learningRates[group] ?? learningRate] as const);
  return Object.fromEntries(rates) as Record<LearningRateGroup, number>;
}
