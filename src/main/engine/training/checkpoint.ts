import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { CountenanceError, EngineError } from '../../../shared/errors.ts';
import { loadSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import { openRanges } from '../weights/weights-file.ts';
import { namedTensors, readNamed } from './checkpoint-tensors.ts';
import type { TrainerState } from './trainer.ts';

const progressSchema = z.strictObject({
  /** The run's whole configuration, from which it can be started again. */
  config: z.record(z.string(), z.unknown()),
  optimizer: z.string(),
  /** All draws of the run follow from it. */
  seed: z.int(),
  /** Epochs finished. */
  epoch: z.int().nonnegative(),
  /** How many faces of the present epoch's order were trained on: where the run goes on. */
  position: z.int().nonnegative(),
});

/** Where a run is, besides what the trainer knows. */
export type RunProgress = z.infer<typeof progressSchema>;

export interface Checkpoint {
  readonly progress: RunProgress;
  readonly state: TrainerState;
}

const recordSchema = progressSchema.extend({
  step: z.int().nonnegative(),
  /** The file of the tensors beside this one, and by what it is known to be whole. */
  tensors: z.strictObject({ file: z.string(), bytes: z.int(), crc32: z.int() }),
});

const RECORD = /^step-\d{9}\.json$/;
const OURS = /^step-\d{9}\.(json|safetensors)(\.(.+\.)?part)?$/;
const nameOf = (step: number): string => `step-${String(step).padStart(9, '0')}`;

/**
 * Writes a checkpoint into its run's folder: tensors as safetensors, then a JSON file that makes them count, each whole
 * or not there. Older ones but the newest `keep` are removed, and so is what a killed process left half-written. Throws
 * EngineError or WeightsError; earlier checkpoints then stay.
 */
export function writeCheckpoint(folder: string, { progress, state }: Checkpoint, keep = 2): void {
  mkdirSync(folder, { recursive: true });
  const name = nameOf(state.step);
  const tensors = join(folder, `${name}.safetensors`);
  // A record of the same step must not vouch for other tensors, should the process die between the two files.
  rmSync(join(folder, `${name}.json`), { force: true });
  writeSafetensors(tensors, namedTensors(state));
  const record = { ...progress, step: state.step, tensors: { file: `${name}.safetensors`, ...fingerprintOf(tensors) } };
  writeWhole(join(folder, `${name}.json`), JSON.stringify(record, null, 2));
  syncFolder(folder);
  removeAllBut(folder, recordsIn(folder).slice(0, Math.max(1, keep)));
}

/**
 * The newest checkpoint of a run's folder that is whole; null where there is none. One whose process was killed while
 * it wrote, or whose file is damaged, is passed over.
 */
export function newestCheckpoint(folder: string): Checkpoint | null {
  for (const record of recordsIn(folder)) {
    const checkpoint = readCheckpoint(folder, record);
    if (checkpoint !== null) return checkpoint;
  }
  return null;
}

function readCheckpoint(folder: string, record: string): Checkpoint | null {
  try {
    const { step, tensors, ...progress } = recordSchema.parse(JSON.parse(readFileSync(join(folder, record), 'utf8')));
    const file = join(folder, tensors.file);
    const found = fingerprintOf(file);
    if (found.bytes !== tensors.bytes || found.crc32 !== tensors.crc32) return null;
    return { progress, state: readNamed(loadSafetensors(file), step) };
  } catch (error) {
    if (error instanceof CountenanceError || error instanceof z.ZodError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The names of a folder's JSON files, newest first. */
function recordsIn(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => RECORD.test(name))
    .sort()
    .reverse();
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const CHUNK = 1 << 24;

function fingerprintOf(file: string): { readonly bytes: number; readonly crc32: number } {
  const ranges = openRanges(file);
  try {
    let sum = 0;
    for (let start = 0; start < ranges.size; start += CHUNK) {
      sum = crc32(ranges.read(start, Math.min(CHUNK, ranges.size - start)), sum);
    }
    return { bytes: ranges.size, crc32: sum };
  } finally {
    ranges.close();
  }
}

function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.part`;
  try {
    writeFileSync(unfinished, text, { flush: true });
    renameSync(unfinished, file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      `${file} could not be written: ${why}`,
      { file, kept: 'Earlier checkpoints are kept.' },
      error,
    );
  }
}

/** Makes renames last through a power cut, where the platform can open a folder. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Records go before their tensors, so that none is left that vouches for nothing. */
function removeAllBut(folder: string, kept: readonly string[]): void {
  const isKept = (name: string): boolean =>
    !name.endsWith('.part') && kept.some((record) => name.startsWith(record.replace('json', '')));
  const old = namesIn(folder).filter((name) => OURS.test(name) && !isKept(name));
  for (const name of old.sort((a, b) => Number(b.endsWith('.json')) - Number(a.endsWith('.json')))) {
    rmSync(join(folder, name), { force: true });
  }
}
