import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { weightSourcesSchema } from '../../../../shared/contract/model-folders.ts';
import { ModelError, NotFoundError, UsageError } from '../../../../shared/errors.ts';
import type { TrainConfig } from '../../../../shared/train-config.ts';
import type { Library } from '../../../library/db.ts';
import { findModel, listModels } from '../../../library/models.ts';
import { classifier } from '../../nets/classifier.ts';
import { composeClassifier } from '../../nets/compose.ts';
import { configFor } from '../../nets/registry.ts';

/** The network that a run trains and where its first weights are from. */
export const trainingStartSchema = z.strictObject({
  network: classifier.config,
  classes: z.array(z.string()),
  classOverrides: z.record(z.string(), z.string()),
  sources: weightSourcesSchema,
  /** For the card of what comes of it. */
  basedOn: z.string(),
  licence: z.string(),
});
export type TrainingStart = z.infer<typeof trainingStartSchema>;

/**
 * The start that a config describes: a model of the library, or a network over the dataset's emotion classes. Throws
 * UsageError where it describes none or two, NotFoundError or ModelError where the model cannot be trained on.
 */
export function trainingStart(library: Library, config: TrainConfig, datasetClasses: readonly string[]): TrainingStart {
  if ((config.model === null) === (config.network === null)) {
    throw new UsageError('Say either which model or which network to start from.', { field: 'model' });
  }
  const start = config.model === null ? fromNetwork(config, datasetClasses) : fromModel(library, config, config.model);
  if (start.network.channels === 1) return start;
  throw new UsageError('Only networks that take grey faces can be trained; this one takes colour.', {
    remedy: 'Choose a network with one channel.',
  });
}

const sourcesOf = (config: TrainConfig, weights: string | null): TrainingStart['sources'] => ({
  weights: weights && resolve(weights),
  srWeights: config.srWeights && resolve(config.srWeights),
  seed: config.seed,
  reinitialiseHead: config.reinitialiseHead,
  allowPartial: config.allowPartial,
});

function fromNetwork(config: TrainConfig, datasetClasses: readonly string[]): TrainingStart {
  const choice = config.network!;
  const classes = choice.classes ?? [...datasetClasses];
  const from =
    config.weights === null ? `weights drawn from the seed ${config.seed}` : `weights of ${basename(config.weights)}`;
  return {
    network: composeClassifier({ ...choice, classes }),
    classes,
    classOverrides: {},
    sources: sourcesOf(config, config.weights),
    basedOn: `${choice.backbone}, ${from}`,
    licence: '',
  };
}

function fromModel(library: Library, config: TrainConfig, name: string): TrainingStart {
  const model = findModel(library, name);
  if (model === null) {
    throw new NotFoundError(`There is no model named “${name}”.`, {
      field: 'model',
      names: listModels(library).map((entry) => entry.name),
      remedy: 'Check the name, or add the model first.',
    });
  }
  const { network, classes, classOverrides, licence } = model.spec;
  if (network === undefined || network.kind !== classifier.kind) {
    throw new ModelError(`The model “${name}” says not of what network it is, so it cannot be trained.`, {
      file: model.file,
      field: 'network',
      remedy: 'Build it with `models build` from its weights, or start from a network and a file of weights.',
    });
  }
  return {
    network: configFor(classifier, network.config),
    classes,
    classOverrides,
    sources: sourcesOf(config, config.weights ?? join(dirname(model.file), network.weights)),
    basedOn: `${name} (SHA-256 ${model.sha256.slice(0, 12)}…)`,
    licence,
  };
}
