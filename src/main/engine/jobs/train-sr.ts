import { rmSync } from 'node:fs';
import { z } from 'zod';
import {
  type SuperResolutionEpoch,
  type SuperResolutionResult,
  superResolutionConfigSchema,
} from '../../../shared/contract/super-resolution.ts';
import { idSchema, type JobProgress, providerChoiceSchema, type Split } from '../../../shared/entities.ts';
import { EngineError, UsageError } from '../../../shared/errors.ts';
import { getDataset } from '../../library/datasets.ts';
import { votesIn } from '../../library/vote-rows.ts';
import { probeApart, resolveProvider } from '../providers.ts';
import { newestCheckpoint, writeCheckpoint } from '../training/checkpoint.ts';
import { drawsFor } from '../training/random.ts';
import { shuffledPlaces } from '../training/sampling/epoch-order.ts';
import { type FacePairs, pairFaces } from '../training/super-resolution/face-pairs.ts';
import { trainEnlarging } from '../training/super-resolution/run.ts';
import { readPixels } from '../training/training-set.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import type { JobContext, JobKind } from './job-kind.ts';

const parametersSchema = z.object({
  datasetId: idSchema,
  config: superResolutionConfigSchema,
  out: z.string().min(1),
  provider: providerChoiceSchema,
});
export type TrainSuperResolutionParameters = z.infer<typeof parametersSchema>;

const CHUNK = 512;

/** Trains a face super-resolution; a checkpoint beside the file to be written lets the job go on after each epoch. */
export const trainSuperResolutionJob = {
  kind: 'train-sr',
  lane: 'gpu',
  parametersSchema,
  changes: [],
  kept: 'The training is kept up to its last finished epoch.',
  title: (library, { datasetId, config }) =>
    `Train ${config.kind} ×${config.scale} on ${getDataset(library, datasetId).name}`,
  run: trainSuperResolution,
} as const satisfies JobKind<TrainSuperResolutionParameters>;

type Context = JobContext<TrainSuperResolutionParameters>;

async function trainSuperResolution(context: Context): Promise<SuperResolutionResult> {
  const { parameters, engineEntry, signal, progress } = context;
  const { config, out } = parameters;
  const begun = performance.now();
  const provider = await resolveProvider(parameters.provider, (name) => probeApart(engineEntry, name));
  context.note({ provider, datasetId: parameters.datasetId });
  const checkpoints = `${out}.checkpoints`;
  const checkpoint = newestCheckpoint(checkpoints);
  const train = await readPairs(context, config.splits, config.limit);
  const validation = await readPairs(context, [config.validation], null);
  const epochs: SuperResolutionEpoch[] = [];
  const began = performance.now();
  const first = checkpoint?.progress.epoch ?? 0;
  const run = await trainEnlarging({
    config,
    provider,
    train,
    validation,
    signal,
    checkpoint,
    onStep({ epoch, done, steps, loss }) {
      const [finished, total] = [(epoch - first) * steps + done, (config.epochs - first) * steps];
      const seconds = (performance.now() - began) / 1000;
      progress({
        phase: `epoch ${epoch + 1} of ${config.epochs}, loss ${loss.toExponential(2)}`,
        done: epoch * steps + done,
        total: config.epochs * steps,
        rate: finished / seconds,
        secondsLeft: (seconds / finished) * (total - finished),
      });
    },
    onEpoch(epoch, kept) {
      epochs.push(epoch);
      writeCheckpoint(checkpoints, kept, 1);
    },
  });
  writeSafetensors(out, run.weights, { kind: config.kind, scale: String(config.scale) });
  rmSync(checkpoints, { recursive: true, force: true });
  return {
    file: out,
    provider,
    parameters: run.parameters,
    faces: { train: train.count, validation: validation.count },
    seconds: (performance.now() - begun) / 1000,
    psnr: run.psnr,
    bicubicPsnr: run.bicubicPsnr,
    epochs,
  };
}

/** Every face of some splits, or `limit` of them drawn by the seed, at both sizes. Throws UsageError without faces. */
async function readPairs(context: Context, splits: readonly Split[], limit: number | null): Promise<FacePairs> {
  const { library, parameters, signal, progress } = context;
  const { side, scale, seed } = parameters.config;
  const all = votesIn(library, parameters.datasetId, splits).map(({ id }) => id);
  const ids = limit === null || limit >= all.length ? all : drawn(all, limit, seed);
  if (ids.length === 0) {
    throw new UsageError(`The dataset has no faces in ${splits.join(', ')}.`, {
      field: 'splits',
      remedy: 'Choose other splits.',
    });
  }
  const large = new Uint8Array(ids.length * side * side);
  for (let start = 0; start < ids.length; start += CHUNK) {
    signal.throwIfAborted();
    const { pixels, unreadable } = await readPixels(library, ids.slice(start, start + CHUNK), side);
    if (unreadable.length > 0) {
      throw new EngineError(`Face ${unreadable[0]!.sampleId} cannot be read: ${unreadable[0]!.message}`, {
        remedy: 'Put the image files back where they were imported from.',
      });
    }
    large.set(pixels, start * side * side);
    progress(readingFaces(Math.min(start + CHUNK, ids.length), ids.length));
  }
  return pairFaces(large, side, scale);
}

const readingFaces = (done: number, total: number): JobProgress => ({
  phase: 'reading faces',
  done,
  total,
  rate: null,
  secondsLeft: null,
});

const drawn = (ids: readonly number[], limit: number, seed: number): readonly number[] => {
  const places = shuffledPlaces(ids.length, drawsFor('limit', seed).whole(0x7fff_ffff), 0).subarray(0, limit);
  return Array.from(places.sort(), (place) => ids[place]!);
};
