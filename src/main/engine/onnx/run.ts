import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ProviderName } from '../../../shared/entities.ts';
import { GraphError } from '../../../shared/errors.ts';
import { encodeGraph } from './encode.ts';
import type { Graph } from './graph.ts';
import { type DType, isDType, type TensorArray, type TensorData } from './tensor.ts';

export interface CompileOptions {
  /** Where to run; one provider alone, without a fallback to another one in the same session. */
  readonly provider?: ProviderName;
  readonly threads?: number;
}

/** A graph loaded into ONNX Runtime. `run` blocks the process while the provider computes. */
export interface Executable {
  /** Feeds the inputs by name and resolves to the outputs asked for (all when left out). */
  run(feeds: Readonly<Record<string, TensorData>>, outputs?: readonly string[]): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

/** Loads a graph into ONNX Runtime on one provider. Throws GraphError with the runtime's reason where it refuses. */
export async function compile(graph: Graph, options: CompileOptions = {}): Promise<Executable> {
  const ort = await loadRuntime();
  const { provider = 'cpu', threads } = options;
  const sessionOptions: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
  const session = await ort.InferenceSession.create(encodeGraph(graph), sessionOptions).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphError(`ONNX Runtime cannot load the graph: ${reason}`, {}, error);
  });
  return {
    async run(feeds, outputs = [...graph.outputs.keys()]) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, { dtype, data, shape }] of Object.entries(feeds)) {
        tensors[name] = new ort.Tensor(dtype as 'float32', data as Float32Array, shape);
      }
      const results = await session.run(tensors, outputs);
      return Object.fromEntries(outputs.map((name) => [name, readTensor(name, results[name]!)]));
    },
    release: () => session.release(),
  };
}

/** Compiles a graph, runs it once and frees it. */
export async function runOnce(
  graph: Graph,
  feeds: Readonly<Record<string, TensorData>>,
  options?: CompileOptions,
): Promise<Record<string, TensorData>> {
  const executable = await compile(graph, options);
  try {
    return await executable.run(feeds);
  } finally {
    await executable.release();
  }
}

type Runtime = typeof import('onnxruntime-node');

/** ONNX Runtime's module, loaded when first needed: a native library of tens of megabytes. */
export async function loadRuntime(): Promise<Runtime> {
  const module = await import('onnxruntime-node');
  return (module as Runtime & { default?: Runtime }).default ?? module;
}

function readTensor(name: string, { type, data, dims }: Tensor): TensorData {
  if (!isDType(type)) throw new GraphError(`The output “${name}” is ${type}, which cannot be read.`);
  return { dtype: type as DType, shape: dims, data: data as TensorArray };
}
