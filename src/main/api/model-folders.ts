import { dirname, join, resolve } from 'node:path';
import {
  type BuiltModel,
  buildReportSchema,
  type ImportedModel,
  type ModelBuild,
  type OnnxImport,
  onnxImportReportSchema,
} from '../../shared/contract/model-folders.ts';
import { CancelledError, ConflictError } from '../../shared/errors.ts';
import type { Model, ModelGuess, ModelSpec } from '../../shared/model-spec.ts';
import { runTask } from '../engine/launch.ts';
import { beginModelFolder } from '../engine/models/model-folder.ts';
import { registerModelFolder } from '../engine/models/register.ts';
import { modelFileOf } from '../engine/models/write-folder.ts';
import { findModel } from '../library/models.ts';
import type { BackendContext } from './context.ts';
import { changed } from './events.ts';
import { inspectApart } from './inspect-apart.ts';

/** Large networks are hundreds of megabytes. */
const LONGEST_MS = 1_800_000;

/** Builds a classifier into a folder of its own. */
export async function buildModel(
  context: BackendContext,
  order: ModelBuild,
  signal?: AbortSignal,
): Promise<BuiltModel> {
  const place = { folder: resolve(order.out), ...order };
  const { result, ...placed } = await makeFolder(context, place, signal, async (folder) =>
    buildReportSchema.parse(await runTask(context.engineEntry, 'build-model', { folder, order }, LONGEST_MS, signal)),
  );
  return { ...placed, ...result };
}

/** Writes another tool's classifier again into a folder of its own. */
export async function importOnnx(
  context: BackendContext,
  order: OnnxImport,
  signal?: AbortSignal,
): Promise<ImportedModel> {
  const { file, manifest, name, spec, out, force, add } = order;
  const folder = resolve(out ?? join(dirname(context.library.file), 'models', name));
  const { result, ...placed } = await makeFolder(context, { folder, name, force, add }, signal, async (unfinished) => {
    const input = { folder: unfinished, file: resolve(file), manifest, overrides: { ...spec, name } };
    return onnxImportReportSchema.parse(await runTask(context.engineEntry, 'import-onnx', input, LONGEST_MS, signal));
  });
  return { ...placed, ...result };
}

interface Place extends Pick<ModelSpec, 'name'> {
  readonly folder: string;
  readonly force: boolean;
  readonly add: boolean;
}

interface Made<Result> {
  readonly folder: string;
  readonly files: string[];
  readonly model: Model | null;
  readonly result: Result;
}

/** Has `make` fill an unfinished folder, tries the model there, and only then puts it in place and adds it. */
export async function makeFolder<Result>(
  context: BackendContext,
  { folder, name, force, add }: Place,
  signal: AbortSignal | undefined,
  make: (unfinished: string) => Promise<Result>,
): Promise<Made<Result>> {
  const { library } = context;
  const file = join(folder, modelFileOf({ name }));
  if (add) refuseTakenName(context, name, file);
  const begun = beginModelFolder(folder, force);
  try {
    const result = await make(begun.unfinished);
    const source = { file: join(begun.unfinished, modelFileOf({ name })), manifest: null };
    const guess = await inspectApart(context, source, {}, signal);
    const files = [...begun.publish()];
    const model = add ? await register(library, { ...guess, file }) : null;
    return { folder, files, model, result };
  } catch (error) {
    throw error instanceof CancelledError ? new CancelledError('Cancelled.', { kept: 'Nothing was written.' }) : error;
  } finally {
    begun.discard();
  }

  async function register(to: typeof library, guess: ModelGuess): Promise<Model> {
    const model = await registerModelFolder(to, guess);
    changed(context.events, 'models');
    return model;
  }
}

function refuseTakenName({ library }: BackendContext, name: string, file: string): void {
  const known = findModel(library, name);
  if (known === null || known.file === file) return;
  throw new ConflictError(`There is already a model named “${name}”, of the file ${known.file}.`, {
    field: 'name',
    remedy: 'Choose another name with --name, remove the other model first, or do not add this one (--no-add).',
  });
}
