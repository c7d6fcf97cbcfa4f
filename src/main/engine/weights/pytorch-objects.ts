import { type DType, elementCount } from '../onnx/tensor.ts';
import { PickleGlobal, type UnpickleOptions } from './pickle-machine.ts';
import type { Refuse } from './weights-file.ts';

/** A record of numbers in the archive, which several tensors may look into; `count` is how many it holds. */
export class StorageRef {
  readonly key: string;
  readonly dtype: DType;
  readonly count: number;

  constructor(key: string, dtype: DType, count: number) {
    this.key = key;
    this.dtype = dtype;
    this.count = count;
  }
}

/** A tensor as PyTorch describes it: where its elements lie in a storage. Strides and offset count elements. */
export class TensorRef {
  readonly storage: StorageRef;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: StorageRef, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const STORAGE_TYPES: Readonly<Record<string, DType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

/** Names of element types, which checkpoints keep among their settings. */
const DTYPE_NAMES = 'float16 bfloat16 float32 float64 uint8 int8 int16 int32 int64 bool'.split(' ');

const LARGEST_RANK = 64;

/** The only names that a file of weights may mention, and what they make. */
export function pytorchObjects(refuse: Refuse): UnpickleOptions {
  const storageTypes = new Map<unknown, DType>();
  const globals = new Map<string, PickleGlobal>();
  const define = (name: string, call?: (args: readonly unknown[]) => unknown): PickleGlobal => {
    const global = new PickleGlobal(name, call);
    globals.set(name, global);
    return global;
  };
  for (const [name, dtype] of Object.entries(STORAGE_TYPES)) storageTypes.set(define(`torch.${name}`), dtype);
  for (const name of DTYPE_NAMES) define(`torch.${name}`);
  const rebuild = ([storage, offset, shape, strides]: readonly unknown[]): TensorRef =>
    tensorRef(storage, offset, shape, strides, refuse);
  define('torch._utils._rebuild_tensor', rebuild);
  define('torch._utils._rebuild_tensor_v2', rebuild);
  const parameter = ([tensor]: readonly unknown[]): TensorRef => {
    if (tensor instanceof TensorRef) return tensor;
    throw refuse('a parameter in it is not a tensor');
  };
  define('torch._utils._rebuild_parameter', parameter);
  define('torch._utils._rebuild_parameter_with_state', parameter);
  define('torch.Size', ([sizes]) => sizes);
  define('collections.OrderedDict', (args) => {
    if (args.length === 0) return new Map();
    throw refuse('a dictionary in it is not written as PyTorch writes it');
  });
  const persistent = (id: unknown): StorageRef => {
    const [tag, type, key, , count] = Array.isArray(id) ? id : [];
    const dtype = storageTypes.get(type);
    if (tag === 'storage' && dtype !== undefined && typeof key === 'string' && isCount(count)) {
      return new StorageRef(key, dtype, count);
    }
    throw refuse('a storage in it is not described as PyTorch describes it');
  };
  return { globals, persistent, refuse };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const areCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= LARGEST_RANK && value.every(isCount);

function tensorRef(storage: unknown, offset: unknown, shape: unknown, strides: unknown, refuse: Refuse): TensorRef {
  const described = storage instanceof StorageRef && isCount(offset) && areCounts(shape) && areCounts(strides);
  if (!described || shape.length !== strides.length) {
    throw refuse('a tensor in it is not described as PyTorch describes it');
  }
  const size = elementCount(shape);
  if (!Number.isSafeInteger(size)) throw refuse('a tensor in it has more elements than can be counted');
  const last = shape.reduce((place, dim, axis) => place + (dim - 1) * strides[axis]!, offset);
  if (size !== 0 && !(last < storage.count)) {
    throw refuse(`a tensor in it reaches beyond its storage ${storage.key}`);
  }
  return new TensorRef(storage, offset, shape, strides);
}
