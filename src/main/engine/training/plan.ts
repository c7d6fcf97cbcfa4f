import { type ClassifierConfig, classifier } from '../nets/classifier.ts';
import { parametersOf } from '../nets/instantiate.ts';
import { matchWeights } from '../weights/key-tables.ts';
import type { Weights } from '../weights/weights-file.ts';
import { type Layout, layoutOf } from './layout.ts';
import { findLoss } from './losses/index.ts';
import { LOSS_DEFAULTS, type Loss, type LossSettings } from './losses/loss.ts';
import { findOptimizer } from './optimizers/index.ts';
import { OPTIMIZER_DEFAULTS, type Optimizer, type OptimizerSettings } from './optimizers/optimizer.ts';
import { trainedKeys } from './scopes.ts';
import type { TrainerOptions } from './trainer.ts';

/** What steps change and how, whatever network it is and whatever it learns. */
export interface UpdatePlan {
  readonly layout: Layout;
  /** Every tensor as the run finds it, by key; those that are not trained are constants of the graphs. */
  readonly weights: Weights;
  readonly optimizer: Optimizer;
  readonly optimizerSettings: OptimizerSettings;
  /** Whether averages of weights and statistics are kept. */
  readonly averages: boolean;
}

/** All that the graphs of a classifier's run are built from. */
export interface TrainingPlan extends UpdatePlan {
  readonly config: ClassifierConfig;
  readonly loss: Loss;
  readonly lossSettings: LossSettings;
}

/** Checks options and completes them. Throws UsageError for unknown names, WeightsError for weights that do not fit. */
export function planOf(options: TrainerOptions): TrainingPlan {
  const specs = parametersOf(classifier, options.config);
  const trained = trainedKeys(options.parts, specs);
  return {
    config: options.config,
    layout: layoutOf(specs, { trained, freezesBatchNorm: options.batchNorm === 'frozen' }),
    weights: matchWeights(specs, options.weights).tensors,
    loss: findLoss(options.loss),
    lossSettings: { ...LOSS_DEFAULTS, ...options.lossSettings },
    optimizer: findOptimizer(options.optimizer),
    optimizerSettings: { ...OPTIMIZER_DEFAULTS, ...options.optimizerSettings },
    averages: options.emaDecay !== undefined,
  };
}
