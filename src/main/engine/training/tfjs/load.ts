import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import util from 'node:util';
import { EngineError } from '../../../../shared/errors.ts';
import { registerGradients } from './cpu/gradients.ts';
import { registerKernels } from './cpu/kernels.ts';

export type Tensorflow = typeof import('@tensorflow/tfjs-core');

/** The native package and how it is had: its install script downloads TensorFlow, so it never comes by itself. */
export const NATIVE_PACKAGE = '@tensorflow/tfjs-node';
export const NATIVE_REMEDY =
  'npm install --no-save @tensorflow/tfjs-node@4.22.0 (its script downloads TensorFlow), ' +
  'or name a copy built elsewhere with COUNTENANCE_TFJS_NODE=PATH.';

/** TensorFlow.js as it was found. */
export interface LoadedTensorflow {
  readonly tf: Tensorflow;
  /** Whether TensorFlow's native library computes; else it is JavaScript, many times slower. */
  readonly native: boolean;
  readonly backend: string;
  readonly version: string;
  /** The package or the path that it was loaded from. */
  readonly source: string;
  /** Why the native package is not in use; empty where it is. */
  readonly reason: string;
}

/**
 * The one place where TensorFlow.js comes from: `path` (COUNTENANCE_TFJS_NODE), else the native package, else its core
 * on its own CPU backend. Throws EngineError where a path was given that cannot be loaded.
 */
export async function loadTensorflow(path = process.env.COUNTENANCE_TFJS_NODE): Promise<LoadedTensorflow> {
  putBackUtil();
  if (path !== undefined && path !== '') return ready(requireFrom(path), resolve(path), '');
  try {
    return await ready(require(NATIVE_PACKAGE) as Tensorflow, NATIVE_PACKAGE, '');
  } catch (error) {
    return fallback(reasonOf(error));
  }
}

/** What a person should know of a run on this module; null where there is nothing. */
export const slownessOf = ({ native, backend, reason }: LoadedTensorflow): string | null =>
  native ? null : `TensorFlow.js computes on its own ${backend} backend, which is slow: ${reason}`;

const require = createRequire(import.meta.url);

function requireFrom(path: string): Tensorflow {
  try {
    return require(resolve(path)) as Tensorflow;
  } catch (error) {
    throw new EngineError(
      `TensorFlow.js cannot be loaded from ${path}: ${firstLine(error)}`,
      { file: resolve(path), remedy: 'Correct COUNTENANCE_TFJS_NODE, or unset it.' },
      error,
    );
  }
}

async function ready(tf: Tensorflow, source: string, reason: string): Promise<LoadedTensorflow> {
  await tf.ready();
  const backend = tf.getBackend();
  const native = backend === 'tensorflow';
  const why = native || reason !== '' ? reason : `${source} has no native backend.`;
  return { tf, native, backend, version: tf.version_core, source, reason: why };
}

async function fallback(reason: string): Promise<LoadedTensorflow> {
  const module = (await import('@tensorflow/tfjs-core')) as Tensorflow & { default?: Tensorflow };
  await import('@tensorflow/tfjs-backend-cpu');
  const tf = module.default ?? module;
  // Otherwise the CPU backend writes an advertisement for the native package to the terminal.
  tf.enableProdMode();
  registerGradients(tf);
  registerKernels(tf);
  await tf.setBackend('cpu');
  return ready(tf, '@tensorflow/tfjs-core', reason);
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

function reasonOf(error: unknown): string {
  const isAbsent =
    (error as { code?: unknown }).code === 'MODULE_NOT_FOUND' && firstLine(error).includes(NATIVE_PACKAGE);
  return isAbsent ? `${NATIVE_PACKAGE} is not installed.` : `${NATIVE_PACKAGE} cannot be loaded: ${firstLine(error)}`;
}

/** The native package calls two functions that newer versions of Node took away or complain about. */
function putBackUtil(): void {
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  old.isArray = Array.isArray;
}
