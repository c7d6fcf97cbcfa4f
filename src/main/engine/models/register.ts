import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { ModelError, NotFoundError } from '../../../shared/errors.ts';
import type { Model, ModelGuess, ModelSpec } from '../../../shared/model-spec.ts';
import type { Library } from '../../library/db.ts';
import { addModel, findModel, type NewModel, refreshModel } from '../../library/models.ts';
import { completeSpec } from './complete.ts';
import { guessModel } from './guess.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { isWeightsAlone } from './runnable.ts';

/**
 * Enters a model in the library under its spec's name, with the hash of its file. Throws ModelError where the spec is
 * not whole or does not fit the graph, ConflictError if the name is taken.
 */
export async function registerModel(
  library: Library,
  guess: ModelGuess,
  overrides: Partial<ModelSpec>,
): Promise<Model> {
  return addModel(library, await describe(guess, overrides, false));
}

/** As `registerModel`, for a folder that was just made: the model that the library had of this file is renewed. */
export async function registerModelFolder(library: Library, guess: ModelGuess): Promise<Model> {
  const entry = await describe(guess, {}, false);
  const known = findModel(library, entry.spec.name);
  return known?.file === entry.file ? refreshModel(library, known.id, entry) : addModel(library, entry);
}

/** What came of the shipped models: those in the library, and one error for each folder that could not be used. */
export interface ShippedModels {
  readonly models: readonly Model[];
  readonly problems: readonly Error[];
}

/** Enters or renews every model that stands in `folder`/NAME/manifest.json; a person's own model keeps its name. */
export async function registerShippedModels(library: Library, folder: string): Promise<ShippedModels> {
  const models: Model[] = [];
  const problems: Error[] = [];
  for (const name of foldersIn(folder)) {
    try {
      models.push(await enterShipped(library, join(folder, name, 'manifest.json')));
    } catch (error) {
      problems.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return { models, problems };
}

/** SHA-256 of a file's bytes, in hexadecimal. Throws NotFoundError if it cannot be read. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    throw new NotFoundError(`The model file ${file} cannot be read: ${(error as Error).message}`, {
      file,
      remedy: 'Put the file back, or add the model again from where it is now.',
    });
  }
  return hash.digest('hex');
}

async function enterShipped(library: Library, manifestFile: string): Promise<Model> {
  const manifest = readManifest(manifestFile);
  const { modelFile } = manifest;
  if (modelFile === undefined) {
    throw new ModelError(`The manifest ${manifestFile} does not say which file it is for.`, {
      file: manifestFile,
      field: 'file',
    });
  }
  const file = join(dirname(manifestFile), modelFile);
  const entered = manifest.spec.name === undefined ? null : findModel(library, manifest.spec.name);
  if (entered !== null && (await isAsEntered(entered, file, manifest))) return entered;
  const entry = await describe(guessModel(file, manifestFile), {}, true);
  const known = findModel(library, entry.spec.name);
  if (known === null) return addModel(library, entry);
  return known.shipped ? refreshModel(library, known.id, entry) : known;
}

/** Whether a model of weights alone is as the library has it: building its graph anew at each start takes a second. */
async function isAsEntered(entered: Model, file: string, { spec, input, outputs }: Manifest): Promise<boolean> {
  if (!entered.shipped || entered.file !== resolve(file) || !isWeightsAlone(file)) return false;
  const stated = Object.entries({ ...spec, input, outputs });
  const isStated = stated.every(([field, value]) => isDeepStrictEqual(value, entered.spec[field as keyof ModelSpec]));
  return isStated && (await hashFile(file)) === entered.sha256;
}

async function describe(guess: ModelGuess, overrides: Partial<ModelSpec>, shipped: boolean): Promise<NewModel> {
  const file = resolve(guess.file);
  const spec = completeSpec(guess, overrides);
  return { file, fileBytes: statSync(file).size, sha256: await hashFile(file), shipped, spec, graph: guess.graph };
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}
