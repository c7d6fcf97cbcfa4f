import { crc32 } from 'node:zlib';
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { mersenne } from 'pure-rand/generator/mersenne';
import { WeightsError } from '../../../shared/errors.ts';
import { initialise } from '../nets/init.ts';
import type { ParameterSpec } from '../nets/scope.ts';
import { elementCount, type TensorData } from '../onnx/tensor.ts';

/**
 * The tensors with which a network starts, by key, as float32. Each draws its numbers from the seed and its own key,
 * so that a tensor starts the same whatever else the network holds. Throws WeightsError where fixed values do not
 * fill their shape.
 */
export function initialWeights(specs: readonly ParameterSpec[], seed: number): Map<string, TensorData> {
  return new Map(specs.map((spec) => [spec.key, initialTensor(spec, seed)]));
}

function initialTensor({ key, shape, init }: ParameterSpec, seed: number): TensorData {
  const generator = mersenne(crc32(`${seed} ${key}`));
  const data = initialise(init, elementCount(shape), () => uniformFloat32(generator)) as Float32Array<ArrayBuffer>;
  if (data.length === elementCount(shape)) return { dtype: 'float32', shape, data };
  throw new WeightsError(`${data.length} starting values do not fill ${key}, which is [${shape.join(', ')}].`);
}
