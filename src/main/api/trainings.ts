import { existsSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Training, TrainingEstimate } from '../../shared/contract/trainings.ts';
import { ConflictError } from '../../shared/errors.ts';
import type { TrainConfig, TrainerName } from '../../shared/train-config.ts';
import { runTask } from '../engine/launch.ts';
import type { TrainedRun } from '../engine/models/trained-classifier.ts';
import { probeApart, resolveProvider } from '../engine/providers.ts';
import { AUGMENTATION_PRESETS } from '../engine/training/augmentation/presets.ts';
import { CLASS_WEIGHTINGS } from '../engine/training/class-weights.ts';
import { LOSSES } from '../engine/training/losses/index.ts';
import { OPTIMIZERS } from '../engine/training/optimizers/index.ts';
import { weightsFileOf, writeRunFolder } from '../engine/training/run/folder.ts';
import { SAMPLERS } from '../engine/training/sampling/index.ts';
import { SCHEDULES } from '../engine/training/schedules/index.ts';
import { LEARNING_RATE_GROUPS, TRAINED_PARTS, type TrainedPart } from '../engine/training/scopes.ts';
import { findTrainer, TRAINERS } from '../engine/training/trainers.ts';
import type { Library } from '../library/db.ts';
import { liveJobs } from '../library/jobs.ts';
import {
  createTraining,
  epochsOf,
  getTraining,
  listTrainings,
  removeTraining,
  stepsOf,
  updateTraining,
} from '../library/trainings.ts';
import type { BackendContext } from './context.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';
import { makeFolder } from './model-folders.ts';
import { planTraining, withPriorVersion } from './training-plan.ts';

const SAVING_MS = 600_000;

const named = ({ name, describe }: { readonly name: string; readonly describe: string }) => ({ name, describe });

export const trainings = {
  choices: api.trainings.choices.handler(() => ({
    parts: TRAINED_PARTS.map(named),
    losses: LOSSES.map(({ usesPrior, usesVotes, ...entry }) => ({ ...named(entry), usesPrior, usesVotes })),
    classWeights: CLASS_WEIGHTINGS.map(named),
    samplers: SAMPLERS.map(named),
    augmentations: AUGMENTATION_PRESETS.map(named),
    optimizers: OPTIMIZERS.map(named),
    schedules: SCHEDULES.map(named),
    learningRateGroups: [...LEARNING_RATE_GROUPS],
    trainers: TRAINERS.map(named),
  })),
  plan: api.trainings.plan.handler(({ input, context }) => planTraining(context.library, input).report),
  estimate: api.trainings.estimate.handler(({ input, context, signal }) => estimateTraining(context, input, signal)),
  start: api.trainings.start.handler(({ input, context }) => startTraining(context, input)),
  list: api.trainings.list.handler(({ input, context }) => listTrainings(context.library, input.datasetId)),
  get: api.trainings.get.handler(({ input, context }) => ({
    training: getTraining(context.library, input.id),
    epochs: epochsOf(context.library, input.id),
    steps: stepsOf(context.library, input.id, input.afterStep),
  })),
  resume: api.trainings.resume.handler(({ input, context }) => resumeTraining(context, input.id, input.trainer)),
  remove: api.trainings.remove.handler(({ input, context }) => {
    const training = getTraining(context.library, input.id);
    refuseLive(context.library, training);
    removeTraining(context.library, training.id);
    rmSync(training.folder, { recursive: true, force: true });
    changed(context.events, 'trainings');
    return { id: training.id };
  }),
  save: api.trainings.save.handler(async ({ input, context, signal }) => {
    const { library } = context;
    const training = getTraining(library, input.id);
    const { name, force, weights: which } = input;
    const weights = weightsFileOf(training.folder, which, training.best?.epoch ?? null);
    const folder = resolve(input.out ?? join(dirname(library.file), 'models', name));
    const {
      folder: made,
      files,
      model,
    } = await makeFolder(context, { folder, name, force, add: true }, signal, (unfinished) => {
      const run: TrainedRun = { name, training, epochs: epochsOf(library, training.id), weights, which };
      return runTask(context.engineEntry, 'save-training', { folder: unfinished, run }, SAVING_MS, signal);
    });
    return { folder: made, files, model: model! };
  }),
};

const ESTIMATING_MS = 300_000;
const warmUpSchema = z.object({ training: z.number(), validation: z.number(), steps: z.number().int() });

/** Steps of the run, timed in a process of its own, and what that makes of all its epochs. */
async function estimateTraining(
  { library, engineEntry }: BackendContext,
  config: TrainConfig,
  signal: AbortSignal | undefined,
): Promise<TrainingEstimate> {
  const { start, report, validation } = planTraining(library, config);
  const provider = await resolveProvider(config.provider, (name) => probeApart(engineEntry, name));
  const found = warmUpSchema.parse(
    await runTask(engineEntry, 'warm-up', { config, start, provider }, ESTIMATING_MS, signal),
  );
  const epoch =
    (report.stepsPerEpoch * config.batchSize) / found.training + (validation?.ids.length ?? 0) / found.validation;
  return {
    provider,
    facesPerSecond: found.training,
    validationFacesPerSecond: found.validation,
    steps: found.steps,
    seconds: epoch * config.epochs,
  };
}

function startTraining(context: BackendContext, order: TrainConfig) {
  const { library } = context;
  const config = withPriorVersion(library, order);
  const { dataset, start, train, validation, prior, report } = planTraining(library, config);
  const name = config.name === '' ? nameOf(config) : config.name;
  const training = createTraining(library, {
    name,
    config: { ...config, name },
    datasetId: dataset.id,
    voteFiles: dataset.voteFiles,
    classes: report.classes,
    counts: report.counts,
    folderOf: (id) => newFolder(library, id),
  });
  try {
    writeRunFolder(training.folder, { start, train, validation, prior });
    const job = context.jobs.start('train', { trainingId: training.id }, { datasetId: dataset.id });
    updateTraining(library, training.id, { jobId: job.id });
    changed(context.events, 'trainings');
    return { training: getTraining(library, training.id), job };
  } catch (error) {
    removeTraining(library, training.id);
    rmSync(training.folder, { recursive: true, force: true });
    throw error;
  }
}

const nameOf = ({ model, network, dataset, loss }: TrainConfig): string =>
  `${model ?? network!.backbone} on ${dataset}, ${loss.name}`;

/** A folder of a run's own beside the library; a number may be taken by a run of a library that was there before. */
function newFolder(library: Library, id: number): string {
  const folder = join(`${library.file}.trainings`, String(id));
  if (!existsSync(folder)) return folder;
  for (let other = 2; ; other += 1) if (!existsSync(`${folder}-${other}`)) return `${folder}-${other}`;
}

function resumeTraining(context: BackendContext, id: number, trainer: TrainerName | undefined) {
  const { library, jobs } = context;
  const training = getTraining(library, id);
  if (training.endedAt !== null) {
    throw new ConflictError(`Run ${id} is done: there is nothing to resume.`, { remedy: 'Start a new one.' });
  }
  if (trainer !== undefined && trainer !== training.config.trainer) changeTrainer(library, training, trainer);
  if (training.jobId !== null) return jobs.resume(training.jobId);
  const job = jobs.start('train', { trainingId: id }, { datasetId: training.datasetId });
  updateTraining(library, id, { jobId: job.id });
  return job;
}

/** Trainers write the same checkpoints, so that one goes on where another stopped. */
function changeTrainer(library: Library, training: Training, trainer: TrainerName): void {
  refuseLive(library, training);
  findTrainer(trainer).refuseParts(training.config.parts as readonly TrainedPart[]);
  updateTraining(library, training.id, { config: { ...training.config, trainer } });
}

function refuseLive(library: Library, { id, jobId }: Training): void {
  if (!liveJobs(library).some(({ job }) => job.id === jobId)) return;
  throw new ConflictError(`Job ${jobId} is working on run ${id}.`, { remedy: 'Cancel it first.' });
}
