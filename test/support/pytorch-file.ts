import { makeZip } from './zip.ts';

/** Something that a pickle names: `module`, `name`. */
export class Global {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
}

/** A call that a pickle asks for: what `callee` makes of `args`. */
export class Call {
  readonly callee: Global;
  readonly args: readonly unknown[];
  constructor(callee: Global, args: readonly unknown[]) {
    this.callee = callee;
    this.args = args;
  }
}

/** What a pickle refers to from outside by this id. */
export class Persistent {
  readonly id: unknown;
  constructor(id: unknown) {
    this.id = id;
  }
}

/** A Python list; arrays are tuples. */
export class List {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A Python float, also where it is whole. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A collections.OrderedDict, with attributes if it has any; a plain Map is a dict. */
export class OrderedDict {
  readonly entries: ReadonlyMap<unknown, unknown>;
  readonly attributes: ReadonlyMap<unknown, unknown> | null;
  constructor(entries: ReadonlyMap<unknown, unknown>, attributes: ReadonlyMap<unknown, unknown> | null = null) {
    this.entries = entries;
    this.attributes = attributes;
  }
}

/** Opcodes as they are, wherever a value may stand. */
export class Raw {
  readonly bytes: Buffer;
  constructor(...parts: readonly (string | number | Buffer)[]) {
    this.bytes = Buffer.concat(parts.map(bytesOf));
  }
}

function bytesOf(part: string | number | Buffer): Buffer {
  if (typeof part === 'number') return Buffer.from([part]);
  return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
}

const ORDERED_DICT = new Global('collections', 'OrderedDict');
const BATCH = 1000;

/** The bytes that CPython's Pickler writes for a value with protocol 2, memo and batches included. */
export function pickleOf(value: unknown): Buffer {
  const pickler = new Pickler();
  pickler.save(value);
  return Buffer.concat([Buffer.from([0x80, 2]), ...pickler.parts, Buffer.from('.')]);
}

class Pickler {
  readonly parts: Buffer[] = [];
  readonly #memo = new Map<unknown, number>();

  save(value: unknown): void {
    const key = value instanceof Global ? `${value.module}\n${value.name}\n` : value;
    const kept = this.#memo.get(key);
    if (kept !== undefined) this.#number(kept, 'h', 'j');
    else if (value === null) this.#put('N');
    else if (value === true) this.#put(0x88);
    else if (value === false) this.#put(0x89);
    else if (typeof value === 'number' || typeof value === 'bigint') this.#integer(BigInt(value));
    else if (typeof value === 'string') this.#string(value);
    else if (value instanceof Float) this.#float(value.value);
    else if (value instanceof Raw) this.parts.push(value.bytes);
    else if (value instanceof Global) this.#global(value, key as string);
    else if (value instanceof Persistent) this.#persistent(value);
    else if (value instanceof Call) this.#call(value, value.callee, value.args);
    else if (value instanceof List) this.#list(value);
    else if (value instanceof OrderedDict) this.#orderedDict(value);
    else if (value instanceof Map) this.#dict(value);
    else if (Array.isArray(value)) this.#tuple(value);
    else throw new Error(`${String(value)} cannot be pickled here.`);
  }

  #put(...bytes: readonly (string | number)[]): void {
    this.parts.push(...bytes.map(bytesOf));
  }

  #number(value: number, short: string, long: string): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    if (value < 256) this.#put(short, value);
    else this.parts.push(Buffer.from(long), bytes);
  }

  #keep(value: unknown): void {
    this.#number(this.#memo.size, 'q', 'r');
    this.#memo.set(value, this.#memo.size);
  }

  #integer(value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt.asIntN(64, value));
    if (value >= 0n && value < 256n) this.#put('K', Number(value));
    else if (value >= 0n && value < 65536n) this.parts.push(Buffer.from('M'), bytes.subarray(0, 2));
    else if (BigInt.asIntN(32, value) === value) this.parts.push(Buffer.from('J'), bytes.subarray(0, 4));
    else {
      let length = 5;
      while (BigInt.asIntN(length * 8, value) !== value) length += 1;
      this.#put(0x8a, length);
      for (let index = 0; index < length; index += 1) this.#put(Number((value >> BigInt(8 * index)) & 255n));
    }
  }

  #string(value: string): void {
    const text = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    this.parts.push(Buffer.from('X'), length, text);
    this.#keep(value);
  }

  #float(value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    this.parts.push(Buffer.from('G'), bytes);
  }

  #global(value: Global, key: string): void {
    this.#put('c', `${value.module}\n${value.name}\n`);
    this.#keep(key);
  }

  #persistent({ id }: Persistent): void {
    this.save(id);
    this.#put('Q');
  }

  #call(value: unknown, callee: Global, args: readonly unknown[]): void {
    this.save(callee);
    this.save(args);
    this.#put('R');
    this.#keep(value);
  }

  #tuple(items: readonly unknown[]): void {
    if (items.length > 3) this.#put('(');
    for (const item of items) this.save(item);
    this.#put(items.length > 3 ? 't' : [')', 0x85, 0x86, 0x87][items.length]!);
    if (items.length > 0) this.#keep(items);
  }

  #list(list: List): void {
    this.#put(']');
    this.#keep(list);
    this.#batches(list.items, 'a', 'e', (item) => this.save(item));
  }

  #dict(entries: ReadonlyMap<unknown, unknown>): void {
    this.#put('}');
    this.#keep(entries);
    this.#items(entries);
  }

  #orderedDict(dict: OrderedDict): void {
    this.#call(dict, ORDERED_DICT, []);
    this.#items(dict.entries);
    if (dict.attributes === null) return;
    this.save(dict.attributes);
    this.#put('b');
  }

  #items(entries: ReadonlyMap<unknown, unknown>): void {
    this.#batches([...entries], 's', 'u', ([key, value]) => {
      this.save(key);
      this.save(value);
    });
  }

  #batches<Item>(items: readonly Item[], one: string, many: string, save: (item: Item) => void): void {
    for (let start = 0; start < items.length; start += BATCH) {
      const batch = items.slice(start, start + BATCH);
      if (batch.length > 1) this.#put('(');
      for (const item of batch) save(item);
      this.#put(batch.length > 1 ? many : one);
    }
  }
}

/** A tensor to put in a file: a view, by offset and strides in elements, of a storage. */
export interface TorchTensor {
  readonly storage: TorchStorage;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides?: readonly number[];
}

/** Numbers that tensors look into: `type` is `Float` for torch.FloatStorage. */
export interface TorchStorage {
  readonly type: string;
  readonly numbers: ArrayBufferView;
  readonly count: number;
}

/** What torch.save makes of a tensor whose storage is the record `key`. */
export function tensorCall({ storage, offset = 0, shape, strides }: TorchTensor, key: string): Call {
  const id = ['storage', new Global('torch', `${storage.type}Storage`), key, 'cpu', storage.count];
  const hooks = new Call(ORDERED_DICT, []);
  return new Call(new Global('torch._utils', '_rebuild_tensor_v2'), [
    new Persistent(id),
    offset,
    shape,
    strides ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((product, dim) => product * dim, 1)),
    false,
    hooks,
  ]);
}

export interface TorchFile {
  readonly pickle: Buffer;
  readonly storages?: readonly TorchStorage[];
  readonly deflated?: boolean;
  readonly folder?: string;
  readonly byteorder?: string | null;
  /** Further records, or others in the place of those torch.save writes; null leaves one out. */
  readonly records?: Readonly<Record<string, Buffer | null>>;
}

/** A zip of the records that torch.save writes, each starting at a multiple of 64 bytes as PyTorch aligns them. */
export function torchFile(given: TorchFile): Buffer {
  const { pickle, storages = [], deflated = false, folder = 'archive', byteorder = 'little', records = {} } = given;
  const contents: Record<string, Buffer | null> = {
    'data.pkl': pickle,
    byteorder: byteorder === null ? null : Buffer.from(byteorder),
  };
  for (const [index, { numbers }] of storages.entries()) {
    contents[`data/${index}`] = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  }
  const all = {
    ...contents,
    version: Buffer.from('3\n'),
    '.data/serialization_id': Buffer.from('1'.repeat(40)),
    ...records,
  };
  let position = 0;
  const items = Object.entries(all).flatMap(([name, data]) => {
    if (data === null) return [];
    const path = `${folder}/${name}`;
    const extra = paddingFor(position + 30 + path.length);
    position += 30 + path.length + extra.length + data.length;
    return [{ path, data, stored: !deflated, localExtra: extra }];
  });
  return makeZip(items);
}

/** An extra field of PyTorch's kind, `FB` and a length, that ends at a multiple of 64. */
function paddingFor(headerEnd: number): Buffer {
  const length = 4 + ((64 - ((headerEnd + 4) % 64)) % 64);
  const extra = Buffer.alloc(length, 'Z');
  extra.write('FB', 0, 'latin1');
  extra.writeUInt16LE(length - 4, 2);
  return extra;
}

/** A file of named tensors as `torch.save(model.state_dict(), …)` writes it. Tensors of one storage share its record. */
export function stateDictFile(
  tensors: Readonly<Record<string, TorchTensor>>,
  options: Partial<TorchFile> = {},
): Buffer {
  const { dict, storages } = stateDictOf(tensors);
  return torchFile({ pickle: pickleOf(dict), storages, ...options });
}

/** A state dict with its module versions, and the storages it looks into in the order of their records. */
export function stateDictOf(tensors: Readonly<Record<string, TorchTensor>>): {
  readonly dict: OrderedDict;
  readonly storages: readonly TorchStorage[];
} {
  const storages = [...new Set(Object.values(tensors).map(({ storage }) => storage))];
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    return [name, tensorCall(tensor, String(storages.indexOf(tensor.storage)))] as const;
  });
  const versions = new OrderedDict(new Map([['', new Map([['version', 1]])]]));
  return { dict: new OrderedDict(new Map(entries), new Map([['_metadata', versions]])), storages };
}
