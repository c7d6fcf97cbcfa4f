import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ProviderName } from '../../shared/entities.ts';
import { EngineError, ModelError, ProviderError } from '../../shared/errors.ts';
import { loadRuntime, type Runtime, runtimeReason } from './onnx/runtime.ts';
import { computeThreads } from './onnx/threads.ts';

/** Numbers with a shape, in the order of the last dimension fastest. */
export interface NumberTensor {
  readonly dtype: 'uint8' | 'float32';
  readonly data: Uint8Array | Float32Array;
  readonly shape: readonly number[];
}

/** A model loaded on one provider alone. `run` blocks the process while the provider computes. */
export interface Session {
  readonly provider: ProviderName;
  /** Runs one batch; resolves to the float32 outputs asked for, by name. */
  run(
    feeds: Readonly<Record<string, NumberTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>>>;
  /** Frees the session. Throws EngineError if it was released before. */
  release(): Promise<void>;
}

/**
 * Loads a model, a file's path or its bytes, on one execution provider; ONNX Runtime itself is only loaded then.
 * Throws ProviderError where the provider cannot start, ModelError where the CPU refuses the model.
 */
export async function openSession(model: string | Uint8Array, provider: ProviderName): Promise<Session> {
  const ort = await loadRuntime();
  const session = await create(ort, model, provider);
  let released = false;
  return {
    provider,
    async run(feeds, outputs) {
      if (released) throw new EngineError('The session was released before.');
      const tensors: Record<string, Tensor> = {};
      for (const [name, { dtype, data, shape }] of Object.entries(feeds)) {
        tensors[name] = new ort.Tensor(dtype, data, shape);
      }
      const results = await session.run(tensors, outputs);
      return Object.fromEntries(outputs.map((name) => [name, readOutput(name, results[name]!)]));
    },
    async release() {
      if (released) throw new EngineError('The session was released before.');
      released = true;
      await session.release();
    },
  };
}

/** The names of the providers that this build of ONNX Runtime knows. */
export async function builtInProviders(): Promise<readonly string[]> {
  const ort = await loadRuntime();
  return ort.listSupportedBackends().map(({ name }) => name);
}

async function create(ort: Runtime, model: string | Uint8Array, provider: ProviderName): Promise<InferenceSession> {
  const threads = computeThreads();
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
  try {
    if (typeof model === 'string') return await ort.InferenceSession.create(model, options);
    return await ort.InferenceSession.create(model, options);
  } catch (error) {
    const message = runtimeReason(error);
    if (provider === 'cpu') {
      const file = typeof model === 'string' ? { file: model } : {};
      throw new ModelError(`ONNX Runtime cannot load the model: ${message}`, file, error);
    }
    throw new ProviderError(
      `The provider ${provider} cannot be used: ${message}`,
      { remedy: 'Choose another provider, or auto; `countenance doctor` probes them all.' },
      error,
    );
  }
}

function readOutput(name: string, tensor: Tensor): { data: Float32Array; shape: readonly number[] } {
  if (tensor.type !== 'float32') {
    throw new ModelError(`The output “${name}” is ${tensor.type}; only float32 outputs can be read.`, {
      field: 'outputs',
    });
  }
  return { data: tensor.data as Float32Array, shape: tensor.dims };
}
