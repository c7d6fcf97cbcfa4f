import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { NotFoundError, UsageError, WeightsError } from '../../../shared/errors.ts';
import { gradients } from '../onnx/autodiff.ts';
import { type CompileOptions, runOnce } from '../onnx/run.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { matchWeights } from '../weights/key-tables.ts';
import { loadSafetensors } from '../weights/safetensors.ts';
import { findNet } from './index.ts';
import { instantiate } from './instantiate.ts';
import type { NetDefinition } from './net.ts';

const casesSchema = z.array(
  z.object({ name: z.string(), kind: z.string(), config: z.record(z.string(), z.unknown()), train: z.boolean() }),
);
type Case = z.infer<typeof casesSchema>[number];

/** Tensors by name: `output`, `grad.input`, `grad.<parameter>`, `after.<buffer>`. */
export type CaseResult = ReadonlyMap<string, TensorData>;

/**
 * Runs one reference case of a folder: builds the network that `cases.json` describes, loads NAME.safetensors, feeds
 * `input` of NAME.io.safetensors and pulls its `cotangent` back. Computes the output, each gradient that the file has
 * a `grad.` tensor for, and in training mode every buffer's new value as `after.`; dropout and stochastic depth then
 * take their masks from the file. Throws UsageError, NotFoundError, WeightsError or GraphError for what does not fit.
 */
export async function runCase(folder: string, name: string, options: CompileOptions = {}): Promise<CaseResult> {
  const { kind, config, train } = readCase(folder, name);
  const definition = findNet(kind);
  const io = loadSafetensors(join(folder, `${name}.io.safetensors`));
  const input = tensorOf(io, 'input', name);
  const weights = loadSafetensors(join(folder, `${name}.safetensors`));
  const wanted = [...io.keys()].filter((key) => key.startsWith('grad.')).map((key) => key.slice('grad.'.length));
  const instance = build(definition, parseConfig(definition, config, name), { input, train, weights });
  const { graph, outputs, tensors, masks, updates } = instance;
  graph.output('output', outputs.output);
  if (wanted.length > 0) {
    const wrt = wanted.map((key) => {
      const value = key === 'input' ? instance.input : tensors.get(key);
      if (value !== undefined) return value;
      throw new WeightsError(`The case “${name}” asks for the gradient of “${key}”, which its network does not have.`);
    });
    const cotangent = graph.constant(tensorOf(io, 'cotangent', name));
    const found = gradients(graph, outputs.output, wrt, cotangent);
    for (const [index, key] of wanted.entries()) graph.output(`grad.${key}`, found[index]!);
  }
  for (const [key, value] of updates) graph.output(`after.${key}`, value);
  const feeds = Object.fromEntries(masks.map((mask) => [mask.name, tensorOf(io, mask.name, name)]));
  return new Map(Object.entries(await runOnce(graph, { input, ...feeds }, options)));
}

/** The names of a folder's cases. Throws as `runCase` does. */
export const caseNames = (folder: string): readonly string[] => readCases(folder).map(({ name }) => name);

interface Given {
  readonly input: TensorData;
  readonly train: boolean;
  readonly weights: ReadonlyMap<string, TensorData>;
}

function build<Config>(definition: NetDefinition<Config>, config: Config, { input, train, weights }: Given) {
  const batch = input.shape[0]!;
  const { specs } = instantiate(definition, config, { batch, training: train });
  const { tensors } = matchWeights(specs, weights);
  return instantiate(definition, config, { batch, training: train, weightOf: ({ key }) => tensors.get(key)! });
}

function readCase(folder: string, name: string): Case {
  const cases = readCases(folder);
  const found = cases.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new NotFoundError(`${folder} has no case “${name}”.`, { names: cases.map((entry) => entry.name) });
}

function readCases(folder: string): readonly Case[] {
  const file = join(folder, 'cases.json');
  try {
    return casesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UsageError(`${file} cannot be read as a list of cases: ${reason}`, { file });
  }
}

function parseConfig<Config>(definition: NetDefinition<Config>, config: unknown, name: string): Config {
  const parsed = definition.config.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new UsageError(`The config of “${name}” does not fit ${definition.kind}: ${z.prettifyError(parsed.error)}`);
}

function tensorOf(io: ReadonlyMap<string, TensorData>, key: string, name: string): TensorData {
  const tensor = io.get(key);
  if (tensor !== undefined) return tensor;
  throw new WeightsError(`${name}.io.safetensors has no tensor “${key}”.`, { names: [key] });
}
