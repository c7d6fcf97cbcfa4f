import { z } from 'zod';
import type { Training, TrainingEpoch } from '../../../shared/contract/trainings.ts';
import { idSchema } from '../../../shared/entities.ts';
import { EngineError } from '../../../shared/errors.ts';
import {
  addEpoch,
  addStep,
  epochsOf,
  getTraining,
  rewindTraining,
  stepsOf,
  updateTraining,
} from '../../library/trainings.ts';
import type { UnreadableFace } from '../decode-worker.ts';
import { probeApart, resolveProvider } from '../providers.ts';
import { newestCheckpoint, writeCheckpoint } from '../training/checkpoint.ts';
import { bestEpoch, isExhausted } from '../training/run/best.ts';
import { type DoneStep, type Place, runEpochs } from '../training/run/epochs.ts';
import { bestFileOf, keepOnlyBest, publishBest, runFiles } from '../training/run/folder.ts';
import { type OpenRun, openRun } from '../training/run/open.ts';
import { progressOf } from '../training/run/progress.ts';
import { validate } from '../training/run/validate.ts';
import { wholeWeights } from '../training/run/weights.ts';
import { findTrainer } from '../training/trainers.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import type { JobContext, JobKind } from './job-kind.ts';

const VALIDATION_BATCH = 64;
/** How many unreadable faces a result names; all are counted. */
const NAMED_FACES = 20;

const parametersSchema = z.object({ trainingId: idSchema });
export type TrainParameters = z.infer<typeof parametersSchema>;

/** What a finished training reports; `facesPerSecond` is of this job's steps alone, null where none was left to do. */
export interface TrainResult {
  readonly trainingId: number;
  readonly provider: string;
  /** What its trainer had to say, such as that it is slow; null where there was nothing. */
  readonly notice: string | null;
  readonly epochs: number;
  readonly steps: number;
  readonly seconds: number;
  readonly facesPerSecond: number | null;
  readonly best: TrainingEpoch | null;
  readonly last: TrainingEpoch | null;
  readonly bestWeights: string;
  readonly lastWeights: string;
  readonly unreadable: { readonly count: number; readonly first: readonly UnreadableFace[] };
}

/**
 * Trains a network to the end of its run. Checkpoints stand in the run's folder: whenever the process ends, the same
 * job goes on from the last one, and on the CPU comes to the same weights as if nothing had happened.
 */
export const trainJob = {
  kind: 'train',
  lane: 'gpu',
  parametersSchema,
  changes: ['trainings'],
  kept: 'The run is kept up to its last checkpoint.',
  title: (library, { trainingId }) => `Train ${getTraining(library, trainingId).name}`,
  run: train,
} as const satisfies JobKind<TrainParameters>;

async function train(context: JobContext<TrainParameters>): Promise<TrainResult> {
  const { library, parameters, engineEntry, signal } = context;
  const training = getTraining(library, parameters.trainingId);
  const { config, folder } = training;
  const provider = await resolveProvider(config.provider, (name) => probeApart(engineEntry, name));
  signal.throwIfAborted();
  const ready = await findTrainer(config.trainer).prepare();
  const worker = ready.label === '' ? provider : `${provider}, ${ready.label}`;
  const providers = providersOf(training, worker);
  context.note({ provider: worker });
  updateTraining(library, training.id, { provider: providers, endedAt: null });
  const checkpoint = newestCheckpoint(runFiles(folder).checkpoints);
  const run = await openRun(context, training, { provider, create: ready.create }, checkpoint !== null);
  try {
    if (checkpoint !== null) run.trainer.restore(checkpoint.state);
    const from: Place = checkpoint?.progress ?? { epoch: 0, position: 0 };
    rewindTraining(library, training.id, { step: run.trainer.stepsDone, epochs: from.epoch });
    const facesPerSecond = await trainOn(context, training, run, from);
    return { ...finish(context, training, run), provider: providers, notice: ready.notice, facesPerSecond };
  } finally {
    await run.trainer.release();
  }
}

/** Trains to the end, recording and keeping as it goes; resolves to the faces a second of all its steps. */
async function trainOn(
  context: JobContext<TrainParameters>,
  training: Training,
  run: OpenRun,
  from: Place,
): Promise<number | null> {
  const { library, signal } = context;
  const { id, config, folder } = training;
  const { trainer, set } = run;
  const files = runFiles(folder);
  const progress = progressOf(config, set.faces.length, from);
  const keep = ({ epoch, position }: Place): void => {
    const where = { config, optimizer: config.optimizer.name, seed: config.seed, epoch, position };
    writeCheckpoint(files.checkpoints, { progress: where, state: trainer.state() });
  };
  if (isExhausted(epochsOf(library, id), config)) return null;
  await runEpochs({
    ...run,
    config,
    signal,
    from,
    onStep(done) {
      const step = trainer.stepsDone;
      addStep(library, id, { step, ...figuresOf(done) }, done.seconds);
      context.progress(progress.stepDone(step, done));
      if (step % config.checkpointEvery === 0) keep(done.place);
    },
    async onEpoch(epoch) {
      const begun = performance.now();
      const figures = await epochFigures(context, run, config.ema !== null, progress.validating);
      const steps = stepsOf(library, id).filter((step) => step.epoch === epoch + 1);
      const trainLoss = steps.reduce((sum, { loss }) => sum + loss, 0) / steps.length;
      const seconds = (performance.now() - begun) / 1000;
      addEpoch(library, id, { epoch: epoch + 1, step: trainer.stepsDone, trainLoss, ...figures }, seconds);
      progress.validated(seconds);
      const epochs = epochsOf(library, id);
      const best = bestEpoch(epochs, config.best)?.epoch ?? epoch + 1;
      if (best === epoch + 1) writeSafetensors(bestFileOf(folder, best), wholeWeights(run.weights, trainer.state()));
      updateTraining(library, id, { bestEpoch: best });
      keep({ epoch: epoch + 1, position: 0 });
      keepOnlyBest(folder, best);
      return !isExhausted(epochs, config);
    },
    onStop: keep,
  });
  return progress.facesPerSecond();
}

type EpochFigures = Omit<TrainingEpoch, 'epoch' | 'step' | 'trainLoss'>;

async function epochFigures(
  { signal, progress }: JobContext<TrainParameters>,
  { trainer, validation }: OpenRun,
  averaged: boolean,
  said: (done: number, total: number) => Parameters<typeof progress>[0],
): Promise<EpochFigures> {
  if (validation === null) return { faces: 0, loss: null, accuracy: null, macroF1: null, recall: [], ece: null };
  const figures = await validate({
    trainer,
    set: validation,
    weights: averaged ? 'ema' : 'current',
    batchSize: VALIDATION_BATCH,
    signal,
    onProgress: (done, total) => progress(said(done, total)),
  });
  return { ...figures, recall: [...figures.recall] };
}

const figuresOf = ({ place, loss, learningRate, gradientNorm, faces, seconds }: DoneStep) => ({
  epoch: place.epoch + 1,
  loss,
  learningRate,
  gradientNorm,
  facesPerSecond: faces / seconds,
});

/** Writes the weights under their final names and marks the run as ended. */
function finish(
  { library }: JobContext<TrainParameters>,
  { id, folder }: Training,
  { trainer, weights, unreadable }: OpenRun,
): Omit<TrainResult, 'provider' | 'notice' | 'facesPerSecond'> {
  const epochs = epochsOf(library, id);
  const { last: lastWeights } = runFiles(folder);
  writeSafetensors(lastWeights, wholeWeights(weights, trainer.state()));
  const { best } = getTraining(library, id);
  if (best === null) throw new EngineError('The run has no epoch, so that there are no weights to keep.');
  const bestWeights = publishBest(folder, best.epoch);
  updateTraining(library, id, { endedAt: Date.now() });
  return {
    trainingId: id,
    epochs: epochs.length,
    steps: trainer.stepsDone,
    seconds: getTraining(library, id).seconds,
    best,
    last: epochs.at(-1) ?? null,
    bestWeights,
    lastWeights,
    unreadable: { count: unreadable.length, first: unreadable.slice(0, NAMED_FACES) },
  };
}

/** All that worked on a run, as it is shown: `cpu`, or `cpu + webgpu` where a resumed run changed it. */
function providersOf({ provider: before, stepsDone }: Training, provider: string): string {
  return [...new Set([...(stepsDone === 0 || before === '' ? [] : before.split(' + ')), provider])].join(' + ');
}
