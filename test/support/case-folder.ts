import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { initialise } from '../../src/main/engine/nets/init.ts';
import { elementCount, type TensorData } from '../../src/main/engine/onnx/tensor.ts';
import { writeSafetensors } from '../../src/main/engine/weights/safetensors.ts';
import { seededRandom } from './random.ts';
import { tempFolder } from './temp.ts';

type Tensors = Readonly<Record<string, TensorData>>;

/** A folder of this test's own in the form of the reference cases, with one case, `tiny`. */
export function caseFolder(entry: object, weights: Tensors, io: Tensors): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'cases.json'), JSON.stringify([{ name: 'tiny', config: {}, train: false, ...entry }]));
  writeSafetensors(join(folder, 'tiny.safetensors'), new Map(Object.entries(weights)));
  writeSafetensors(join(folder, 'tiny.io.safetensors'), new Map(Object.entries(io)));
  return folder;
}

const next = seededRandom(1);

/** Uniform numbers in ±1. */
export function randomTensor(shape: readonly number[]): TensorData {
  const data = initialise({ kind: 'uniform', bound: 1 }, elementCount(shape), next);
  return { dtype: 'float32', shape, data: data as Float32Array<ArrayBuffer> };
}

/** A case of a network small enough that the gradient in its last bias can be worked out by hand: 8×8 to 16×16. */
export const ESPCN = {
  entry: { kind: 'espcn', config: { input: 8, features: 2 } },
  weights: {
    'first_part.0.weight': randomTensor([2, 1, 5, 5]),
    'first_part.0.bias': randomTensor([2]),
    'first_part.2.weight': randomTensor([1, 2, 3, 3]),
    'first_part.2.bias': randomTensor([1]),
    'last_part.0.weight': randomTensor([4, 1, 3, 3]),
    'last_part.0.bias': randomTensor([4]),
  },
  input: randomTensor([2, 1, 8, 8]),
};
