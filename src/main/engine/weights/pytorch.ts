import { EntryError, type TreeEntry } from '../../import/source-tree.ts';
import { openZip } from '../../import/zip-tree.ts';
import { stridesOf } from '../onnx/shape.ts';
import { allocate, elementCount, type TensorArray, type TensorData, viewOf } from '../onnx/tensor.ts';
import { unpickle } from './pickle.ts';
import { pytorchObjects, type StorageRef, type TensorRef } from './pytorch-objects.ts';
import { stateDictOf } from './state-dict.ts';
import { elementSize, openRanges, type Refuse, refusalOf, type Weights } from './weights-file.ts';

const LARGEST_PICKLE = 8 * 1024 * 1024;
/** torch.save does not compress, so that more than this would only come from a file made to fill the memory. */
const LARGEST_EXPANSION = 8;
const SMALL_BYTES = 16 * 1024 * 1024;

const REMEDY =
  'In PyTorch, save only the tensors: torch.save(model.state_dict(), "weights.pth"), or safetensors.torch.save_file.';

/**
 * The tensors of a file that torch.save wrote (PyTorch 1.6 or later, `.pth`, `.pt` or `.bin`), by name. The file is
 * read as data and nothing in it is executed. Throws WeightsError that says what it holds besides tensors, or what is
 * damaged; NotFoundError where there is none.
 */
export async function loadPytorch(file: string): Promise<Weights> {
  const refuse = refusalOf(file, 'PyTorch', REMEDY);
  const ranges = openRanges(file);
  ranges.close();
  const zip = await openZip(file).catch((error: unknown) => {
    throw refuse('it is no zip archive, or is cut short', error);
  });
  try {
    const archive = archiveOf(zip.entries, refuse);
    await refuseOtherOrder(archive);
    const pickle = await archive.read('data.pkl', LARGEST_PICKLE);
    const tensors = stateDictOf(unpickle(pickle, pytorchObjects(refuse)), refuse);
    refuseExpansion(tensors, ranges.size, refuse);
    return await readTensors(tensors, archive);
  } finally {
    await zip.close();
  }
}

/** The records of a PyTorch file, by their names within its one folder. */
interface Archive {
  readonly refuse: Refuse;
  readonly has: (name: string) => boolean;
  /** A record's bytes. Throws WeightsError where it is missing, damaged, or has more than `limit` of them. */
  readonly read: (name: string, limit: number) => Promise<Uint8Array>;
}

function archiveOf(entries: readonly TreeEntry[], refuse: Refuse): Archive {
  const records = new Map(entries.map((entry) => [entry.path, entry]));
  if (records.size < entries.length) throw refuse('it holds two records of one name');
  const folders = [...records.keys()].flatMap((path) => /^([^/]+\/)data\.pkl$/.exec(path)?.[1] ?? []);
  const [folder] = folders;
  if (folder === undefined || folders.length > 1) throw refuse('it does not hold one data.pkl in one folder');
  if (records.has(`${folder}constants.pkl`)) throw refuse('it is a TorchScript program, not a set of weights');
  return {
    refuse,
    has: (name) => records.has(folder + name),
    async read(name, limit) {
      const record = records.get(folder + name);
      if (record === undefined) throw refuse(`its record ${name} is missing`);
      return await record.read(limit).catch((error: unknown) => {
        throw error instanceof EntryError ? refuse(error.message.replace(/\.$/, ''), error) : error;
      });
    },
  };
}

async function refuseOtherOrder(archive: Archive): Promise<void> {
  if (!archive.has('byteorder')) return;
  const order = Buffer.from(await archive.read('byteorder', 16)).toString('latin1');
  if (order !== 'little') throw archive.refuse(`its numbers are written ${order}-endian, which is not supported`);
}

function refuseExpansion(tensors: ReadonlyMap<string, TensorRef>, fileSize: number, refuse: Refuse): void {
  const storages = new Map<string, number>();
  let size = 0;
  for (const { storage, shape } of tensors.values()) {
    size += elementCount(shape) * elementSize(storage.dtype);
    storages.set(idOf(storage), storage.count * elementSize(storage.dtype));
  }
  const total = [...storages.values()].reduce((sum, bytes) => sum + bytes, size);
  if (total > SMALL_BYTES + LARGEST_EXPANSION * fileSize) {
    throw refuse(`its ${fileSize} bytes would expand to ${total}`);
  }
}

async function readTensors(tensors: ReadonlyMap<string, TensorRef>, archive: Archive): Promise<Weights> {
  const storages = new Map<string, TensorArray>();
  const result = new Map<string, TensorData>();
  for (const [name, tensor] of tensors) {
    const id = idOf(tensor.storage);
    const numbers = storages.get(id) ?? (await readStorage(tensor.storage, archive));
    storages.set(id, numbers);
    result.set(name, { dtype: tensor.storage.dtype, shape: tensor.shape, data: elementsOf(tensor, numbers) });
  }
  return result;
}

/** Tells a storage from the others; one record may be looked into as two types. */
const idOf = ({ dtype, key }: StorageRef): string => `${dtype} ${key}`;

async function readStorage({ key, dtype, count }: StorageRef, archive: Archive): Promise<TensorArray> {
  const size = count * elementSize(dtype);
  const bytes = await archive.read(`data/${key}`, size);
  if (bytes.length !== size)
    throw archive.refuse(`its record data/${key} has ${bytes.length} bytes instead of ${size}`);
  return viewOf(dtype, bytes);
}

/** A tensor's elements, last dimension fastest: a view of the storage where they lie so, a copy otherwise. */
function elementsOf({ storage, offset, shape, strides }: TensorRef, numbers: TensorArray): TensorArray {
  const count = elementCount(shape);
  const plain = stridesOf(shape);
  if (count === 0 || shape.every((dim, axis) => dim === 1 || strides[axis] === plain[axis])) {
    return numbers.subarray(offset, offset + count);
  }
  return gather(numbers, allocate(storage.dtype, count), { offset, shape, strides });
}

type Layout = Pick<TensorRef, 'offset' | 'shape' | 'strides'>;

/** Fills `result` with the elements of `numbers` that the layout names, in the order of a contiguous tensor. */
function gather(numbers: TensorArray, result: TensorArray, { offset, shape, strides }: Layout): TensorArray {
  const steps = shape.map(() => 0);
  let place = offset;
  for (let index = 0; index < result.length; index += 1) {
    result[index] = numbers[place]!;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      place += strides[axis]!;
      steps[axis]! += 1;
      if (steps[axis]! < shape[axis]!) break;
      place -= strides[axis]! * shape[axis]!;
      steps[axis] = 0;
    }
  }
  return result;
}
