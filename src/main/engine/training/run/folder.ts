import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConflictError, EngineError } from '../../../../shared/errors.ts';
import type { Prior } from '../../../../shared/priors/prior.ts';
import type { FaceTargets } from '../targets.ts';
import { saveTargets } from '../targets-file.ts';
import { type TrainingStart, trainingStartSchema } from './start.ts';

/** What stands in a run's folder, by which it can be gone on with whatever happens to the library meanwhile. */
export const runFiles = (folder: string) => ({
  start: join(folder, 'start.json'),
  /** Every tensor of the network before the first step. */
  startWeights: join(folder, 'start.safetensors'),
  train: join(folder, 'train-targets.safetensors'),
  validation: join(folder, 'validation-targets.safetensors'),
  prior: join(folder, 'prior.json'),
  checkpoints: join(folder, 'checkpoints'),
  best: join(folder, 'best.safetensors'),
  last: join(folder, 'last.safetensors'),
});

const priorSchema = z.object({ classes: z.array(z.string()), rows: z.array(z.array(z.number())) });

export interface NewRunFolder {
  readonly start: TrainingStart;
  readonly train: FaceTargets;
  readonly validation: FaceTargets | null;
  readonly prior: Prior | null;
}

/** Writes what a run is to begin with. Throws EngineError or WeightsError where the folder cannot be written. */
export function writeRunFolder(folder: string, { start, train, validation, prior }: NewRunFolder): void {
  const files = runFiles(folder);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(files.start, `${JSON.stringify(start, null, 2)}\n`);
    if (prior !== null) writeFileSync(files.prior, `${JSON.stringify(prior, null, 2)}\n`);
  } catch (error) {
    throw new EngineError(`The run’s folder ${folder} cannot be written: ${(error as Error).message}`, {
      file: folder,
    });
  }
  saveTargets(files.train, train);
  if (validation !== null) saveTargets(files.validation, validation);
}

/** The start that `writeRunFolder` wrote. Throws EngineError where it is gone. */
export const readStart = (folder: string): TrainingStart => readJson(runFiles(folder).start, trainingStartSchema);

/** A prior as JSON: {classes, rows}. Throws EngineError naming the file where it is none. */
export const readPrior = (file: string): Prior => readJson(file, priorSchema);

/** The prior of a run's loss; null where the loss has none. Throws EngineError. */
export function runPrior(folder: string): z.infer<typeof priorSchema> | null {
  const { prior } = runFiles(folder);
  return existsSync(prior) ? readJson(prior, priorSchema) : null;
}

function readJson<Value>(file: string, schema: z.ZodType<Value>): Value {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new EngineError(`${file} cannot be read: ${why}`, { file });
  }
}

const BEST = /^best-(\d+)\.safetensors$/;

/** Where the weights of an epoch are kept while it is the best one. */
export const bestFileOf = (folder: string, epoch: number): string =>
  join(folder, `best-${String(epoch).padStart(5, '0')}.safetensors`);

/** Removes the weights of epochs that were the best one before, and what a killed process left half-written. */
export function keepOnlyBest(folder: string, epoch: number): void {
  for (const name of readdirSync(folder)) {
    const found = BEST.exec(name);
    const isOld = found !== null && Number(found[1]) !== epoch;
    if (isOld || name.endsWith('.part')) rmSync(join(folder, name), { force: true });
  }
}

/** Gives the best epoch's weights their final name; a run that ended once before has done so already. */
export function publishBest(folder: string, epoch: number): string {
  const { best } = runFiles(folder);
  const file = bestFileOf(folder, epoch);
  if (existsSync(file)) renameSync(file, best);
  return best;
}

/** The file of a run's best or last weights. Throws ConflictError where there are none yet. */
export function weightsFileOf(folder: string, which: 'best' | 'last', bestEpoch: number | null): string {
  const files = runFiles(folder);
  const current = which === 'best' && bestEpoch !== null ? [bestFileOf(folder, bestEpoch)] : [];
  const found = [...current, files[which]].find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new ConflictError(`The run has no ${which} weights yet.`, {
    file: folder,
    remedy: which === 'best' ? 'Let it finish an epoch.' : 'Let it finish, or take the best ones.',
  });
}
