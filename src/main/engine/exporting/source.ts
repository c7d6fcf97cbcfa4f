import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExportSource } from '../../../shared/contract/exports.ts';
import type { Training, TrainingEpoch } from '../../../shared/contract/trainings.ts';
import { NotFoundError } from '../../../shared/errors.ts';
import type { Model } from '../../../shared/model-spec.ts';
import type { Library } from '../../library/db.ts';
import { getModel } from '../../library/models.ts';
import { epochsOf, getTraining } from '../../library/trainings.ts';
import { isWeightsAlone, networkOf, networkWeights } from '../models/runnable.ts';
import { trainedClassifier } from '../models/trained-classifier.ts';
import { type ClassifierConfig, classifier } from '../nets/classifier.ts';
import { readStart, weightsFileOf } from '../training/run/folder.ts';
import { builtSubject } from './built-subject.ts';
import { foreignSubject } from './foreign-subject.ts';
import type { ExportSubject, SubjectOptions } from './subject.ts';

/** What is to be exported, as the library has it; nothing of it is loaded yet. */
export type FoundSource =
  | { readonly kind: 'foreign'; readonly model: Model }
  | { readonly kind: 'built'; readonly model: Model; readonly config: ClassifierConfig; readonly weights: string }
  | {
      readonly kind: 'training';
      readonly training: Training;
      readonly epochs: readonly TrainingEpoch[];
      readonly which: 'best' | 'last';
      readonly config: ClassifierConfig;
      readonly weights: string;
    };

/** Finds a source and its files. Throws NotFoundError, ConflictError for a run without weights, EngineError. */
export function findSource(library: Library, source: ExportSource): FoundSource {
  if (source.kind === 'model') return foundModel(getModel(library, source.modelId));
  const training = getTraining(library, source.trainingId);
  const { weights: which } = source;
  return {
    kind: 'training',
    training,
    epochs: epochsOf(library, training.id),
    which,
    config: readStart(training.folder).network,
    weights: weightsFileOf(training.folder, which, training.best?.epoch ?? null),
  };
}

function foundModel(model: Model): FoundSource {
  const { file, spec } = model;
  if (!existsSync(file)) {
    throw new NotFoundError(`The model file ${file} is not there any more.`, {
      file,
      remedy: 'Put it back, or add the model again from where it is now.',
    });
  }
  const weights = isWeightsAlone(file) ? file : join(dirname(file), spec.network?.weights ?? '');
  const isBuilt = spec.network?.kind === classifier.kind && existsSync(weights);
  return isBuilt
    ? { kind: 'built', model, config: networkOf(file, spec.network), weights }
    : { kind: 'foreign', model };
}

/** Loads what is to be exported. Throws WeightsError, EngineError. */
export function loadSubject(found: FoundSource, options: SubjectOptions): ExportSubject {
  if (found.kind === 'foreign') return foreignSubject(found.model, options);
  const { config, weights } = found;
  if (found.kind === 'built') {
    const written = { ...found.model.spec, config, tensors: networkWeights(weights, config) };
    return builtSubject(written, [], options);
  }
  const { training, epochs, which } = found;
  const run = { name: options.name, training, epochs: [...epochs], weights, which };
  return builtSubject(trainedClassifier(run), epochs, options);
}
