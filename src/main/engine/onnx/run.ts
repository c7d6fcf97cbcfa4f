import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ProviderName } from '../../../shared/entities.ts';
import { EngineError, GraphError } from '../../../shared/errors.ts';
import { encodeGraph } from './encode.ts';
import type { Graph } from './graph.ts';
import { loadRuntime, type Runtime, runtimeReason } from './runtime.ts';
import { elementCount, isDType, type TensorArray, type TensorData } from './tensor.ts';
import { computeThreads } from './threads.ts';

export interface CompileOptions {
  /** Where to run; one provider alone, without a fallback to another one in the same session. */
  readonly provider?: ProviderName;
  /** Threads within one op on the CPU; when left out, one for each physical core. */
  readonly threads?: number;
  /**
   * ONNX Runtime's session settings by name. Beware of `session.set_denormal_as_zero`: the first session of a process
   * decides it for all of them, and for the JavaScript beside them.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /** Further options of the session, as onnxruntime-node names them. */
  readonly session?: Pick<
    InferenceSession.SessionOptions,
    'enableProfiling' | 'profileFilePrefix' | 'graphOptimizationLevel'
  >;
}

/** A graph loaded into ONNX Runtime. `run` blocks the process while the provider computes. */
export interface Executable {
  /**
   * Feeds the inputs by name and resolves to the outputs asked for (all when left out). Throws GraphError naming an
   * input that is missing, unknown or of another type or shape, EngineError after the release.
   */
  run(feeds: Readonly<Record<string, TensorData>>, outputs?: readonly string[]): Promise<Record<string, TensorData>>;
  /** Writes the profile that `session.enableProfiling` asked for. */
  endProfiling(): void;
  /** Frees the session. Throws EngineError if it was released before. */
  release(): Promise<void>;
}

/** Loads a graph into ONNX Runtime on one provider. Throws GraphError with the runtime's reason where it refuses. */
export const compile = async (graph: Graph, options?: CompileOptions): Promise<Executable> =>
  load(encodeGraph(graph), options);

/** As `compile`, for an ONNX file by its path, with the data files beside it. */
export const compileFile = (file: string, options?: CompileOptions): Promise<Executable> => load(file, options);

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

/** As `compile`, for an ONNX file by its path or its bytes. */
export async function load(model: string | Uint8Array, options: CompileOptions = {}): Promise<Executable> {
  const ort = await loadRuntime();
  const session = await createSession(ort, model, options);
  let released = false;
  const checkOpen = (): void => {
    if (released) throw new EngineError('The graph was released before.');
  };
  return {
    async run(feeds, outputs = session.outputNames) {
      checkOpen();
      checkFeeds(session, feeds);
      const unknown = outputs.find((name) => !session.outputNames.includes(name));
      if (unknown !== undefined) throw new GraphError(`The graph has no output “${unknown}”.`);
      const tensors: Record<string, Tensor> = {};
      for (const [name, { dtype, data, shape }] of Object.entries(feeds)) {
        tensors[name] = new ort.Tensor(dtype as 'float32', data as Float32Array, shape);
      }
      const results = await session.run(tensors, outputs).catch((error: unknown) => {
        throw new GraphError(`ONNX Runtime stopped: ${runtimeReason(error)}`, {}, error);
      });
      return Object.fromEntries(outputs.map((name) => [name, readTensor(name, results[name]!)]));
    },
    endProfiling: () => session.endProfiling(),
    async release() {
      checkOpen();
      released = true;
      await session.release();
    },
  };
}

async function createSession(ort: Runtime, model: string | Uint8Array, options: CompileOptions) {
  const { provider = 'cpu', threads = computeThreads(), settings, session } = options;
  const sessionOptions: InferenceSession.SessionOptions = {
    ...session,
    executionProviders: [provider],
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(settings === undefined ? {} : { extra: settings }),
  };
  try {
    if (typeof model === 'string') return await ort.InferenceSession.create(model, sessionOptions);
    return await ort.InferenceSession.create(model, sessionOptions);
  } catch (error) {
    throw new GraphError(`ONNX Runtime cannot load the graph: ${runtimeReason(error)}`, {}, error);
  }
}

function checkFeeds(
  { inputNames, inputMetadata }: InferenceSession,
  feeds: Readonly<Record<string, TensorData>>,
): void {
  const names = Object.keys(feeds);
  const missing = inputNames.find((name) => !names.includes(name));
  if (missing !== undefined) throw new GraphError(`The input “${missing}” is not fed.`);
  for (const name of names) {
    const input = inputMetadata[inputNames.indexOf(name)];
    if (input === undefined)
      throw new GraphError(`The graph has no input “${name}”; its inputs: ${inputNames.join(', ')}.`);
    if (input.isTensor) checkFeed(input, feeds[name]!);
  }
}

type TensorInput = Extract<InferenceSession.ValueMetadata, { isTensor: true }>;

/** An open dimension takes any size, and a tensor without dimensions may be one of unknown rank. */
function checkFeed({ name, type, shape }: TensorInput, { dtype, shape: given, data }: TensorData): void {
  const fits =
    shape.length === 0 ||
    (given.length === shape.length && shape.every((dim, axis) => typeof dim === 'string' || dim === given[axis]));
  if (dtype !== type || !fits) {
    throw new GraphError(
      `The input “${name}” is ${type}[${shape.join(', ')}], but was fed ${dtype}[${given.join(', ')}].`,
    );
  }
  if (data.length !== elementCount(given)) {
    throw new GraphError(`The input “${name}” was fed ${data.length} numbers for [${given.join(', ')}].`);
  }
}

function readTensor(name: string, { type, data, dims }: Tensor): TensorData {
  if (!isDType(type)) throw new GraphError(`The output “${name}” is ${type}, which cannot be read.`);
  return { dtype: type, shape: dims, data: data as TensorArray };
}
