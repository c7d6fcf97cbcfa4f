import { WeightsError } from '../../../shared/errors.ts';
import type { Value } from '../onnx/graph.ts';
import { reshape } from '../onnx/ops/shaping.ts';
import { concat, slice } from '../onnx/ops/slicing.ts';
import { elementCount, type TensorData } from '../onnx/tensor.ts';
import type { Weights } from '../weights/weights-file.ts';

export interface PackEntry {
  readonly key: string;
  readonly shape: readonly number[];
}

/**
 * Float32 tensors laid one behind another in one vector. What hundreds of tensors have in common, such as an
 * optimiser's step, is then a few nodes, and a run is fed a few vectors.
 */
export interface Pack {
  readonly name: string;
  readonly entries: readonly PackEntry[];
}

const sizesOf = ({ entries }: Pack): readonly number[] => entries.map(({ shape }) => elementCount(shape));

/** The length of a pack's vector. */
export const packLength = (pack: Pack): number => sizesOf(pack).reduce((sum, size) => sum + size, 0);

/** A pack's vector, all zeros. */
export const zerosFor = (pack: Pack): TensorData => vector(new Float32Array(packLength(pack)));

const vector = (data: Float32Array): TensorData => ({ dtype: 'float32', shape: [data.length], data });

/** The tensors in one vector, copied. Throws WeightsError naming those that are missing or of another type or shape. */
export function packTensors(pack: Pack, tensors: Weights): TensorData {
  const unfit = pack.entries.filter(({ key, shape }) => !fits(tensors.get(key), shape)).map(({ key }) => key);
  if (unfit.length > 0) {
    throw new WeightsError(`There is no float32 tensor of the right shape for ${unfit.join(', ')}.`, { names: unfit });
  }
  const data = new Float32Array(packLength(pack));
  let start = 0;
  for (const { key } of pack.entries) {
    const tensor = tensors.get(key)!.data as Float32Array;
    data.set(tensor, start);
    start += tensor.length;
  }
  return vector(data);
}

const fits = (tensor: TensorData | undefined, shape: readonly number[]): boolean =>
  tensor?.dtype === 'float32' &&
  tensor.shape.length === shape.length &&
  tensor.shape.every((dim, axis) => dim === shape[axis]);

/** The tensors of a pack's vector by key, not copied. */
export function unpackTensors(pack: Pack, { data }: TensorData): Weights {
  const sizes = sizesOf(pack);
  let end = 0;
  return new Map(
    pack.entries.map(({ key, shape }, index) => {
      end += sizes[index]!;
      return [key, { dtype: 'float32', shape, data: data.subarray(end - sizes[index]!, end) as Float32Array }];
    }),
  );
}

/**
 * The same within a graph: the tensors by key that a pack's vector holds. Each is a Slice of its own, because WebGPU's
 * Split takes no more outputs than a shader has buffers.
 */
export function unpackValue(pack: Pack, packed: Value): ReadonlyMap<string, Value> {
  let end = 0;
  return new Map(
    pack.entries.map(({ key, shape }) => {
      const start = end;
      end += elementCount(shape);
      return [key, reshape(slice(packed, { axes: [0], starts: [start], ends: [end] }), shape)];
    }),
  );
}

/** The same within a graph: one vector of the tensors that `tensorOf` gives for the keys. */
export const packValues = ({ entries }: Pack, tensorOf: (key: string) => Value): Value =>
  concat(
    entries.map(({ key }) => reshape(tensorOf(key), [-1])),
    0,
  );
