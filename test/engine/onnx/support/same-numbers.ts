import type { Graph } from '../../../../src/main/engine/onnx/graph.ts';
import { compile, type Executable } from '../../../../src/main/engine/onnx/run.ts';
import type { TensorData } from '../../../../src/main/engine/onnx/tensor.ts';

type Tensors = Readonly<Record<string, TensorData>>;

/** ONNX Runtime's own optimiser off: it orders sums by what it knows of shapes, which moves the last bit. */
export const UNOPTIMISED = { session: { graphOptimizationLevel: 'disabled' } } as const;

/** A graph's outputs as its nodes say, not rearranged by ONNX Runtime. */
export const runAsWritten = async (graph: Graph, feeds: Tensors): Promise<Tensors> =>
  runAndRelease(await compile(graph, UNOPTIMISED), feeds);

export async function runAndRelease(executable: Executable, feeds: Tensors): Promise<Tensors> {
  try {
    return await executable.run(feeds);
  } finally {
    await executable.release();
  }
}

/** Each tensor as text that is equal only where type, shape and every bit are. */
export const bitsOf = (tensors: Tensors): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      `${dtype}[${shape.join(', ')}] ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')}`,
    ]),
  );

/** The largest difference between two tensors of numbers, relative to the largest number; NaN equals NaN. */
export function relativeDifference(a: TensorData, b: TensorData): number {
  const [left, right] = [a, b].map(({ data }) => Array.from(data as ArrayLike<number | bigint>, Number));
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1e-30, ...left!.filter(Number.isFinite).map(Math.abs));
  return Math.max(
    0,
    ...left!.map((value, at) => (Object.is(value, right![at]) ? 0 : distance(value, right![at]!) / scale)),
  );
}

const distance = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) || Number.POSITIVE_INFINITY);
