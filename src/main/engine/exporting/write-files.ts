import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ExportedFile } from '../../../shared/contract/exports.ts';
import { WeightsError } from '../../../shared/errors.ts';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { writeModel } from '../onnx/format/model-file.ts';
import { bytesOf } from '../onnx/tensor.ts';
import { loadSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import type { Weights } from '../weights/weights-file.ts';
import type { ExportNames } from './place.ts';
import type { ExportRun } from './run.ts';

/** What an export has written so far, in a folder where it does not stay. */
export interface WrittenFiles {
  readonly unfinished: string;
  /** As the files are; `network` only where the weights are among them. */
  readonly spec: ModelSpec;
  /** The files, the one that is run first. */
  readonly written: readonly Pick<ExportedFile, 'name' | 'role'>[];
  /** The parts that have a file each, in their order, with its path. */
  readonly stages: readonly { readonly name: string; readonly file: string }[];
}

/** Writes the model, its weights and its stages, as far as they are asked for. Throws WeightsError, GraphError. */
export async function writeExportFiles(
  run: ExportRun,
  names: ExportNames,
  metrics: ModelSpec['metrics'],
  unfinished: string,
): Promise<WrittenFiles> {
  const { subject, format, signal } = run;
  const spec = { ...specOf(run, names.weights), metrics };
  const at = (name: string): string => join(unfinished, name);
  const next = async (): Promise<void> => {
    await setImmediate();
    signal.throwIfAborted();
  };
  if (format === 'onnx') writeModel(subject.fused(spec), at(names.model));
  await next();
  if (spec.network !== undefined) writeWeights(at(names.weights), subject.weights!, spec);
  const stages: WrittenFiles['stages'][number][] = [];
  for (const { name, graph } of run.stages ? subject.stages() : []) {
    await next();
    writeModel(graph, at(names.stage(name)));
    stages.push({ name, file: at(names.stage(name)) });
  }
  const roles = new Map<string, ExportedFile['role']>([
    [names.model, 'model'],
    [names.weights, 'weights'],
  ]);
  const written = readdirSync(unfinished).map((name) => ({ name, role: roles.get(name) ?? roleOf(name, stages) }));
  const order = (role: ExportedFile['role']): number => ['model', 'weights', 'stage'].indexOf(role);
  return { unfinished, spec, stages, written: written.toSorted((a, b) => order(a.role) - order(b.role)) };
}

/** A large model's tensors stand in a file beside it. */
const roleOf = (name: string, stages: WrittenFiles['stages']): ExportedFile['role'] =>
  stages.some(({ file }) => file.endsWith(name) || name.startsWith(file)) ? 'stage' : 'model';

function specOf({ subject: { spec }, format, weights }: ExportRun, weightsFile: string): ModelSpec {
  const isWanted = weights || format === 'folder';
  return { ...spec, network: isWanted && spec.network ? { ...spec.network, weights: weightsFile } : undefined };
}

/** Writes weights and makes sure that the same can be read back. */
function writeWeights(file: string, weights: Weights, { name, classes, licence }: ModelSpec): void {
  writeSafetensors(file, weights, { name, classes: JSON.stringify(classes), licence });
  const stored = loadSafetensors(file);
  const differs = [...weights].find(([key, tensor]) => {
    const found = stored.get(key);
    return found?.dtype !== tensor.dtype || !Buffer.from(bytesOf(found)).equals(bytesOf(tensor));
  });
  if (differs === undefined) return;
  throw new WeightsError(`The tensor ${differs[0]} was not read back as it was written.`, {
    names: [differs[0]],
    remedy: 'Try again on another disk.',
  });
}
