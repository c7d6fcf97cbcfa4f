import type { TrainingCounts, TrainingPlanReport } from '../../shared/contract/trainings.ts';
import { type Dataset, SPLITS } from '../../shared/entities.ts';
import { ConflictError, NotFoundError, UsageError } from '../../shared/errors.ts';
import { oneHot } from '../../shared/priors/presets/one-hot.ts';
import { checkPrior, mapPrior, type Prior } from '../../shared/priors/prior.ts';
import { type StoredRef, storedRef, storedSetting } from '../../shared/priors/stored.ts';
import type { TrainConfig } from '../../shared/train-config.ts';
import { classifier } from '../engine/nets/classifier.ts';
import { parametersOf } from '../engine/nets/instantiate.ts';
import type { ParameterSpec } from '../engine/nets/scope.ts';
import { elementCount } from '../engine/onnx/tensor.ts';
import { priorFromTargets } from '../engine/training/priors.ts';
import { epochSize } from '../engine/training/run/epochs.ts';
import { drawFaces } from '../engine/training/run/faces.ts';
import { readPrior } from '../engine/training/run/folder.ts';
import { methodsOf } from '../engine/training/run/methods.ts';
import { type TrainingStart, trainingStart } from '../engine/training/run/start.ts';
import { countTargets, type FaceTargets, mapTargets } from '../engine/training/targets.ts';
import type { Relabel } from '../library/current-labels.ts';
import { findDataset, listDatasets } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { labelOverlay } from '../library/label-overlay.ts';
import { getPrior, priorDigest } from '../library/priors.ts';
import { trainingTargets } from './training-targets.ts';

/** All that a run begins with, and what a person is told of it beforehand. */
export interface TrainingPlan {
  readonly dataset: Dataset;
  readonly start: TrainingStart;
  readonly train: FaceTargets;
  readonly validation: FaceTargets | null;
  readonly prior: Prior | null;
  readonly report: TrainingPlanReport;
}

/**
 * Checks a config against the library and puts together what its run begins with. Throws UsageError, NotFoundError,
 * ClassMappingError or ModelError saying which setting does not fit.
 */
export function planTraining(library: Library, config: TrainConfig): TrainingPlan {
  const dataset = datasetNamed(library, config.dataset);
  const validatesOnTrained = config.validation !== null && config.splits.includes(config.validation);
  if (validatesOnTrained) {
    throw new UsageError(`The split ${config.validation} cannot be trained on and validated with.`, {
      field: 'validation',
      remedy: 'Leave it out of the splits that are trained on, or validate with another one.',
    });
  }
  const targets = (splits: TrainConfig['splits'], protocol: string): FaceTargets =>
    trainingTargets(library, { datasetId: dataset.id, splits, protocol, labels: config.labels });
  const found = targets(config.splits, config.protocol);
  const start = trainingStart(library, config, found.classes);
  const specs = parametersOf(classifier, start.network);
  const methods = methodsOf(config, specs);
  const mapped = (table: FaceTargets): FaceTargets => mapTargets(table, start.classes, start.classOverrides);
  const all = mapped(found);
  const train = drawFaces(all, config.limit, config.seed);
  const validation = config.validation === null ? null : mapped(targets([config.validation], 'majority'));
  refuseEmpty(dataset, config, train, validation);
  const relabels = labelOverlay(library, dataset.id, config.labels);
  const counts = (table: FaceTargets): TrainingCounts['train'] => countsOf(table, relabels);
  const { steps } = epochSize(config, train.ids.length);
  return {
    dataset,
    start,
    train,
    validation,
    prior: methods.loss.usesPrior ? priorOf(library, config.prior, all) : null,
    report: {
      counts: { train: counts(train), validation: validation && counts(validation) },
      classes: start.classes,
      parameters: sizeOf(specs.filter(({ kind }) => kind === 'parameter')),
      trainedParameters: sizeOf(specs.filter(({ key }) => methods.trained.has(key))),
      stepsPerEpoch: steps,
      steps: steps * config.epochs,
    },
  };
}

function countsOf(table: FaceTargets, relabels: ReadonlyMap<number, Relabel>): TrainingCounts['train'] {
  const { byClass, ...counts } = countTargets(table);
  const relabelled = table.ids.reduce((sum, id) => sum + Number((relabels.get(id)?.label ?? null) !== null), 0);
  return { ...counts, byClass: [...byClass], relabelled };
}

const sizeOf = (specs: readonly ParameterSpec[]): number =>
  specs.reduce((sum, { shape }) => sum + elementCount(shape), 0);

function datasetNamed(library: Library, name: string): Dataset {
  const found = findDataset(library, name);
  if (found !== null) return found;
  throw new NotFoundError(`There is no dataset named “${name}”.`, {
    field: 'dataset',
    names: listDatasets(library).map((dataset) => dataset.name),
    remedy: 'Check the name, or import the dataset first.',
  });
}

function refuseEmpty(dataset: Dataset, config: TrainConfig, train: FaceTargets, validation: FaceTargets | null): void {
  const refuse = (what: string, field: string, protocol: string): UsageError =>
    new UsageError(`No face of “${dataset.name}” ${what} is kept by the protocol ${protocol}.`, {
      field,
      names: SPLITS.filter((split) => dataset.splits.some((entry) => entry.split === split)),
      remedy: 'Choose other splits or another protocol; labels without votes need top-vote.',
    });
  if (train.ids.length === 0) throw refuse(`in ${config.splits.join(', ')}`, 'splits', config.protocol);
  if (validation?.ids.length === 0) throw refuse(`in ${config.validation}`, 'validation', 'majority');
}

function priorOf(library: Library, source: string, table: FaceTargets): Prior {
  const { classes } = table;
  if (source === 'computed') return priorFromTargets(table);
  if (source === 'identity') return oneHot.make(classes, 0);
  const stored = storedRef(source);
  const prior = stored === null ? readPrior(source) : storedPrior(library, stored);
  checkPrior(prior);
  return mapPrior(prior, classes);
}

function storedPrior(library: Library, { name, version, digest }: StoredRef): Prior {
  const prior = getPrior(library, name, version);
  if (digest === null || digest === priorDigest(prior)) return prior;
  throw new ConflictError(`${name}@${version} is another prior now than the one that these settings were made by.`, {
    field: 'prior',
    remedy: `Train by today’s with the prior “${name}”, or export the prior.json of the run’s folder and use that.`,
  });
}

/** The settings with the version and the digest of a stored prior written down, so that they say the same ever after. */
export function withPriorVersion(library: Library, config: TrainConfig): TrainConfig {
  const stored = storedRef(config.prior);
  if (stored === null) return config;
  const prior = getPrior(library, stored.name, stored.version);
  const digest = stored.digest ?? priorDigest(prior);
  return { ...config, prior: storedSetting({ name: stored.name, version: prior.version, digest }) };
}
