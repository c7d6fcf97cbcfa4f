import { initialise } from '../../../src/main/engine/nets/init.ts';
import { instantiate, type NetInstance } from '../../../src/main/engine/nets/instantiate.ts';
import type { NetDefinition } from '../../../src/main/engine/nets/net.ts';
import type { ParameterSpec } from '../../../src/main/engine/nets/scope.ts';
import type { Dim } from '../../../src/main/engine/onnx/shape.ts';
import { elementCount, type TensorData } from '../../../src/main/engine/onnx/tensor.ts';
import { seededRandom } from '../../support/random.ts';

/** A tensor as training starts it and a little off, the same for the same key, so that no weight is zero. */
export function startingWeight({ key, shape, init }: ParameterSpec): TensorData {
  const next = seededRandom([...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7));
  const data = initialise(init, elementCount(shape), next).map((value) => value + 0.1 * (next() - 0.5));
  return { dtype: 'float32', shape, data };
}

/** A net with such weights stored, its logits and embedding named as outputs. */
export function randomNet<Config>(
  definition: NetDefinition<Config>,
  config: unknown,
  batch: Dim,
  training = false,
): NetInstance {
  const parsed = definition.config.parse(config);
  const net = instantiate(definition, parsed, { batch, training, weightOf: startingWeight });
  net.graph.output('output', net.outputs.output);
  if (net.outputs.embedding) net.graph.output('embedding', net.outputs.embedding);
  return net;
}

/** `count` faces of a net's input size, each pixel its own. */
export function randomFaces<Config>(definition: NetDefinition<Config>, config: unknown, count: number): TensorData {
  const shape = [count, ...definition.inputShape(definition.config.parse(config))];
  const next = seededRandom(count);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: elementCount(shape) }, () => next() * 2 - 1) };
}

/** One face of a batch, as a batch of one. */
export function faceOf(faces: TensorData, index: number): TensorData {
  const shape = [1, ...faces.shape.slice(1)];
  const length = elementCount(shape);
  return { ...faces, shape, data: faces.data.slice(index * length, (index + 1) * length) };
}

/** A tensor of one number. */
export const filled = (shape: readonly number[], value: number): TensorData => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(elementCount(shape)).fill(value),
});
