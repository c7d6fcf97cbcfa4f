import { basename } from 'node:path';
import { z } from 'zod';
import { type TrainingEpoch, trainingEpochSchema, trainingSchema } from '../../../shared/contract/trainings.ts';
import { type ModelSpec, type ModelTraining, modelSpecSchema } from '../../../shared/model-spec.ts';
import { readStart, runPrior } from '../training/run/folder.ts';
import { networkWeights } from './runnable.ts';
import type { StatedFacts, WrittenClassifier } from './write-classifier.ts';

/** What a run made, as the library has it, and which of its weights are meant. */
export const trainedRunSchema = z.object({
  name: modelSpecSchema.shape.name,
  training: trainingSchema,
  epochs: z.array(trainingEpochSchema),
  /** The file of the weights, and whether they are the run's best. */
  weights: z.string(),
  which: z.enum(['best', 'last']),
});
export type TrainedRun = z.infer<typeof trainedRunSchema>;

/** A classifier that a run trained, with all that is said of it. Throws WeightsError, EngineError where files are gone. */
export function trainedClassifier(run: TrainedRun): WrittenClassifier {
  const { training, weights } = run;
  const start = readStart(training.folder);
  return { ...factsOf(run, start), config: start.network, tensors: networkWeights(weights, start.network) };
}

type Start = ReturnType<typeof readStart>;

function factsOf(run: TrainedRun, { classes, classOverrides, basedOn, licence }: Start): StatedFacts {
  return {
    name: run.name,
    classes,
    classOverrides,
    licence,
    source: `Trained with Countenance, starting from ${basedOn}.`,
    trainedOn: trainedOn(run),
    metrics: metricsOf(run),
    training: aboutTraining(run, basedOn),
  };
}

function trainedOn({ training: { config, counts, voteFiles } }: TrainedRun): string {
  const faces = `${counts.train.kept} faces of ${config.dataset} (${config.splits.join(', ')}), votes of ${voteFiles.join(', ')}`;
  return `${faces}; protocol ${config.protocol}, loss ${config.loss.name}, seed ${config.seed}.`;
}

/** The epoch whose weights are meant. */
const epochOf = ({ training, epochs, which }: TrainedRun): TrainingEpoch | null =>
  (which === 'best' ? training.best : epochs.at(-1)) ?? null;

/** What the validation found of these weights; null where there was none. */
function metricsOf(run: TrainedRun): ModelSpec['metrics'] {
  const { config, voteFiles } = run.training;
  const epoch = epochOf(run);
  if (epoch === null || epoch.accuracy === null || epoch.macroF1 === null) return null;
  const { faces, accuracy, macroF1, ece } = epoch;
  return {
    split: config.validation!,
    protocol: 'majority',
    faces,
    accuracy,
    macroF1,
    ece,
    dataset: config.dataset,
    votesFiles: voteFiles,
  };
}

function aboutTraining(run: TrainedRun, basedOn: string): ModelTraining {
  const { training } = run;
  const { config, voteFiles, counts, seconds, provider, stepsDone, epochsDone } = training;
  const epoch = epochOf(run);
  return {
    dataset: config.dataset,
    splits: config.splits,
    votesFiles: voteFiles,
    protocol: config.protocol,
    faces: counts.train.kept,
    epochs: epoch?.epoch ?? epochsDone,
    steps: epoch?.step ?? stepsDone,
    seconds,
    provider,
    basedOn,
    prior: runPrior(training.folder),
    config: withoutPlaces(config),
  };
}

/** Settings without the folders of this machine: files by their names. */
function withoutPlaces(config: TrainedRun['training']['config']): ModelTraining['config'] {
  const named = (file: string | null): string | null => file && basename(file);
  const { weights, srWeights, prior } = config;
  return { ...config, weights: named(weights), srWeights: named(srWeights), prior: basename(prior) };
}
