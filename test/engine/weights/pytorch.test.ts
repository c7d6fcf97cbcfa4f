import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadPytorch } from '../../../src/main/engine/weights/pytorch.ts';
import type { Weights } from '../../../src/main/engine/weights/weights-file.ts';
import { NotFoundError, WeightsError } from '../../../src/shared/errors.ts';
import {
  Call,
  Float,
  Global,
  List,
  OrderedDict,
  Persistent,
  pickleOf,
  Raw,
  stateDictFile,
  stateDictOf,
  type TorchFile,
  type TorchStorage,
  tensorCall,
  torchFile,
} from '../../support/pytorch-file.ts';
import { suiteFolder, tempFolder } from '../../support/temp.ts';

function fileOf(bytes: Uint8Array, folder = tempFolder()): string {
  const file = join(folder, 'weights.pth');
  writeFileSync(file, bytes);
  return file;
}

const read = (bytes: Uint8Array): Promise<Weights> => loadPytorch(fileOf(bytes));

const floats = (...numbers: readonly number[]): TorchStorage => {
  return { type: 'Float', numbers: Float32Array.from(numbers), count: numbers.length };
};

/** Names, types, shapes and numbers of what was read. */
const plain = (weights: Weights): Record<string, readonly unknown[]> =>
  Object.fromEntries(
    [...weights].map(([name, { dtype, shape, data }]) => [name, [dtype, shape, Array.from(data as Float32Array)]]),
  );

describe('a file that torch.save wrote', () => {
  test('gives its tensors by name', async () => {
    const weight = floats(1, 2, 3, 4, 5, 6);
    const steps: TorchStorage = { type: 'Long', numbers: BigInt64Array.of(7n), count: 1 };
    const file = stateDictFile({
      'conv.weight': { storage: weight, shape: [2, 3] },
      'bn.num_batches_tracked': { storage: steps, shape: [] },
    });
    expect(plain(await read(file))).toEqual({
      'conv.weight': ['float32', [2, 3], [1, 2, 3, 4, 5, 6]],
      'bn.num_batches_tracked': ['int64', [], [7n]],
    });
  });

  test.each([
    ['Double', 'float64', Float64Array.of(0.1, -2)],
    ['Float', 'float32', Float32Array.of(0.5, -2)],
    ['Half', 'float16', Uint16Array.of(0x3c00, 0xc000)],
    ['BFloat16', 'bfloat16', Uint16Array.of(0x3f80, 0xc000)],
    ['Long', 'int64', BigInt64Array.of(-(2n ** 63n), 5n)],
    ['Int', 'int32', Int32Array.of(-7, 5)],
    ['Short', 'int16', Int16Array.of(-7, 5)],
    ['Char', 'int8', Int8Array.of(-7, 5)],
    ['Byte', 'uint8', Uint8Array.of(250, 5)],
    ['Bool', 'bool', Uint8Array.of(1, 0)],
  ])('may hold %s tensors', async (type, dtype, numbers) => {
    const weights = await read(stateDictFile({ t: { storage: { type, numbers, count: 2 }, shape: [2] } }));
    expect(weights.get('t')).toEqual({ dtype, shape: [2], data: numbers });
  });

  test('may hold several tensors of one storage, at offsets and with strides', async () => {
    const storage = floats(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    const file = stateDictFile({
      whole: { storage, shape: [3, 4] },
      row: { storage, offset: 4, shape: [4] },
      transposed: { storage, shape: [4, 3], strides: [1, 4] },
      columns: { storage, offset: 1, shape: [3, 2], strides: [4, 2] },
      permuted: { storage, shape: [2, 2, 3], strides: [1, 6, 2] },
      repeated: { storage, offset: 5, shape: [2, 3], strides: [0, 0] },
      scalar: { storage, offset: 11, shape: [] },
      alone: { storage, offset: 2, shape: [1, 4, 1], strides: [99, 1, 7] },
      empty: { storage, shape: [0, 4], strides: [4, 1] },
    });
    expect(plain(await read(file))).toEqual({
      whole: ['float32', [3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
      row: ['float32', [4], [4, 5, 6, 7]],
      transposed: ['float32', [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
      columns: ['float32', [3, 2], [1, 3, 5, 7, 9, 11]],
      permuted: ['float32', [2, 2, 3], [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]],
      repeated: ['float32', [2, 3], [5, 5, 5, 5, 5, 5]],
      scalar: ['float32', [], [11]],
      alone: ['float32', [1, 4, 1], [2, 3, 4, 5]],
      empty: ['float32', [0, 4], []],
    });
  });

  test('reads the same whatever its folder is called, deflated or not, with or without a byte order', async () => {
    const tensors = { w: { storage: floats(1, 2), shape: [2] } };
    const expected = await read(stateDictFile(tensors));
    const variants: Partial<TorchFile>[] = [{ folder: 'swin_tiny' }, { deflated: true }, { byteorder: null }];
    for (const variant of variants) expect(await read(stateDictFile(tensors, variant))).toEqual(expected);
  });

  test('may hold many tensors, so that its memo outgrows a byte', async () => {
    const storage = floats(...Array.from({ length: 1500 }, (_, index) => index));
    const entries = Array.from(
      { length: 1500 },
      (_, offset) => [`t${offset}`, { storage, offset, shape: [1] }] as const,
    );
    const weights = await read(stateDictFile(Object.fromEntries(entries)));
    expect(weights.size).toBe(1500);
    expect([...weights.values()].every(({ data }, index) => data[0] === index)).toBe(true);
  });

  test('may be a checkpoint, whose settings are passed over', async () => {
    const { dict, storages } = stateDictOf({ w: { storage: floats(1), shape: [1] } });
    const checkpoint = new Map<unknown, unknown>([
      ['epoch', 300],
      ['step', -(2 ** 40)],
      ['seed', 2n ** 63n + 5n],
      ['lr', new Float(0.001)],
      ['best', [true, false, null]],
      ['names', new List(['a', 'b'])],
      ['dtype', new Global('torch', 'float16')],
      ['size', new Call(new Global('torch', 'Size'), [[1, 2, 3, 4]])],
      [
        'optimizer',
        new Map<unknown, unknown>([
          ['state', new Map([[0, new Map([['exp_avg', tensorCall({ storage: floats(9), shape: [1] }, '0')]])]])],
        ]),
      ],
      ['model', dict],
    ]);
    expect(plain(await read(torchFile({ pickle: pickleOf(checkpoint), storages })))).toEqual({
      w: ['float32', [1], [1]],
    });
  });

  test('may name its weights as training code does, averaged ones first; otherwise names get dots', async () => {
    const tensors = [1, 2].map((number) => floats(number));
    const dictOf = (index: number): Map<string, unknown> =>
      new Map([['w', tensorCall({ storage: tensors[index]!, shape: [1] }, String(index))]]);
    const numbers = async (root: ReadonlyMap<string, unknown>): Promise<unknown> =>
      Object.fromEntries(
        [...(await read(torchFile({ pickle: pickleOf(root), storages: tensors })))].map(([name, { data }]) => [
          name,
          data[0],
        ]),
      );
    for (const name of ['state_dict', 'model_state_dict', 'model', 'params', 'net']) {
      expect(
        await numbers(
          new Map([
            ['other', dictOf(0)],
            [name, dictOf(1)],
          ]),
        ),
      ).toEqual({ w: 2 });
    }
    expect(
      await numbers(
        new Map([
          ['params', dictOf(0)],
          ['params_ema', dictOf(1)],
        ]),
      ),
    ).toEqual({ w: 2 });
    expect(await numbers(new Map([['model', new Map([['state_dict', dictOf(1)]])]]))).toEqual({ w: 2 });
    expect(
      await numbers(
        new Map([
          ['encoder', dictOf(0)],
          ['decoder', dictOf(1)],
        ]),
      ),
    ).toEqual({ 'encoder.w': 1, 'decoder.w': 2 });
  });

  test('may hold parameters', async () => {
    const tensor = tensorCall({ storage: floats(3), shape: [1] }, '0');
    const parameter = new Call(new Global('torch._utils', '_rebuild_parameter'), [
      tensor,
      true,
      new OrderedDict(new Map()),
    ]);
    const pickle = pickleOf(new Map([['w', parameter]]));
    expect(plain(await read(torchFile({ pickle, storages: [floats(3)] })))).toEqual({ w: ['float32', [1], [3]] });
  });

  test('gives back any strided view of any storage', async () => {
    const view = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
        fc.nat(5),
        fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
      )
      .map(([shape, offset, strides]) => ({ shape, offset, strides: strides.slice(0, shape.length) }));
    const storage = floats(...Array.from({ length: 64 }, (_, index) => index));
    await fc.assert(
      fc.asyncProperty(view, async ({ shape, offset, strides }) => {
        const expected = shape.reduce<number[]>(
          (places, dim, axis) =>
            places.flatMap((place) => Array.from({ length: dim }, (_, step) => place + step * strides[axis]!)),
          [offset],
        );
        const weights = await read(stateDictFile({ t: { storage, shape, offset, strides } }));
        expect(Array.from(weights.get('t')!.data as Float32Array)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

const tensors = { w: { storage: floats(1, 2), shape: [2] } };
const { dict, storages } = stateDictOf(tensors);
const fileWith = (value: unknown, options: Partial<TorchFile> = {}): Buffer =>
  torchFile({ pickle: pickleOf(value), storages, ...options });
const besides = (value: unknown): Buffer =>
  fileWith(
    new Map<unknown, unknown>([
      ['model', dict],
      ['other', value],
    ]),
  );
const viewOf = (view: { shape: readonly number[]; strides?: readonly number[]; offset?: number }): Buffer =>
  stateDictFile({ w: { storage: floats(1, 2), ...view } });
const rawPickle = (...parts: readonly (string | number | Buffer)[]): Buffer =>
  torchFile({ pickle: new Raw(0x80, 2, ...parts).bytes });

describe('a PyTorch file is refused, with its name and the reason', () => {
  const cases: Record<string, [file: Buffer, why: RegExp]> = {
    'that asks for a system call': [
      besides(new Call(new Global('os', 'system'), ['touch /tmp/owned'])),
      /asks for os\.system, which is not among/,
    ],
    'that asks for eval under Python 2’s name': [
      besides(new Call(new Global('__builtin__', 'eval'), ['1'])),
      /asks for __builtin__\.eval/,
    ],
    'that asks for a class of its own': [besides(new Global('argparse', 'Namespace')), /asks for argparse\.Namespace/],
    'that asks for JavaScript’s own names': [
      besides(new Global('constructor', 'constructor')),
      /asks for constructor\.constructor/,
    ],
    'that splits an allowed name elsewhere': [
      besides(new Call(new Global('torch', '_utils._rebuild_tensor_v2'), [])),
      /not described as PyTorch/,
    ],
    'that holds a whole module': [
      fileWith(new Global('torch.nn.modules.linear', 'Linear')),
      /asks for torch\.nn\.modules\.linear\.Linear/,
    ],
    'that calls a storage type': [
      besides(new Call(new Global('torch', 'FloatStorage'), [5])),
      /calls what cannot be called/,
    ],
    'that calls a text': [rawPickle('X', 2, 0, 0, 0, 'os', ')R.'), /calls what cannot be called/],
    'that calls with no tuple': [rawPickle('ccollections\nOrderedDict\n}R.'), /calls what cannot be called/],
    'that fills an ordered dictionary by its call': [
      besides(new Call(new Global('collections', 'OrderedDict'), [new List([])])),
      /not written as PyTorch writes it/,
    ],
    'that gives a tensor a state': [
      besides(new Raw(pickleOf(tensorCall(tensors.w, '0')).subarray(2, -1), '}b')),
      /gives a state to what is no dictionary/,
    ],
    'that builds an object': [
      rawPickle('ccollections\nOrderedDict\n)', 0x81, '.'),
      /opcode 0x81, which is not allowed/,
    ],
    'that asks by protocol 4': [rawPickle(0x8c, 2, 'os', 0x8c, 6, 'system', 0x93, '.'), /opcode 0x8c/],
    'that uses an old opcode with a name': [rawPickle("(S'ls'\nios\nsystem\n."), /opcode 0x53/],
    'of another protocol': [torchFile({ pickle: new Raw(0x80, 4, 'N.').bytes }), /not of protocol 2/],
    'without a protocol': [torchFile({ pickle: Buffer.from('N.') }), /not of protocol 2/],
    'that recalls what it never kept': [rawPickle('h', 3, '.'), /recalls number 3/],
    'with an enormous memo number that was never kept': [
      rawPickle('j', 255, 255, 255, 255, '.'),
      /recalls number 4294967295/,
    ],
    'that takes from an empty stack': [rawPickle(0x87, '.'), /empty stack/],
    'that takes from below a mark': [rawPickle('}', '(', 's.'), /empty stack/],
    'that keeps nothing': [rawPickle('q', 0, '.'), /empty stack/],
    'that goes back to no mark': [rawPickle('}u.'), /a mark that it never set/],
    'that leaves values behind': [rawPickle('}}.'), /leaves values behind/],
    'that ends with nothing': [rawPickle('.'), /empty stack/],
    'that does not end': [rawPickle('}'), /ends too early/],
    'with a text longer than itself': [rawPickle('X', 255, 255, 255, 127, 'abc.'), /ends too early/],
    'with a text that is not UTF-8': [rawPickle('X', 1, 0, 0, 0, 255, '.'), /not UTF-8/],
    'with a name that does not end': [rawPickle('c', 'a'.repeat(1000), '\nb\n.'), /a name that does not end/],
    'that appends to a dictionary': [rawPickle('}Na.'), /appends to what is no list/],
    'that sets items of a tuple': [rawPickle(')NNs.'), /sets items of what is no dictionary/],
    'with a key without a value': [rawPickle('}(Nu.'), /sets items of what is no dictionary/],
    'with a storage of an unknown kind': [
      besides(new Persistent(['module', new Global('torch', 'FloatStorage'), '0', 'cpu', 2])),
      /a storage in it is not described/,
    ],
    'with a storage id that is a text': [besides(new Persistent('storage')), /a storage in it is not described/],
    'with a storage of a negative size': [
      besides(new Persistent(['storage', new Global('torch', 'FloatStorage'), '0', 'cpu', -2])),
      /a storage in it is not described/,
    ],
    'with a tensor of no storage': [
      besides(new Call(new Global('torch._utils', '_rebuild_tensor_v2'), ['0', 0, [2], [1]])),
      /a tensor in it is not described/,
    ],
    'with more sizes than strides': [viewOf({ shape: [1, 2], strides: [1] }), /a tensor in it is not described/],
    'with a negative stride': [viewOf({ shape: [2], strides: [-1], offset: 1 }), /a tensor in it is not described/],
    'with a tensor beyond its storage': [viewOf({ shape: [3] }), /reaches beyond its storage 0/],
    'with an offset beyond its storage': [viewOf({ shape: [], offset: 2 }), /reaches beyond its storage 0/],
    'with a stride beyond its storage': [viewOf({ shape: [2], strides: [2] }), /reaches beyond its storage 0/],
    'with a tensor that is repeated into billions': [
      viewOf({ shape: [2 ** 32], strides: [0] }),
      /would expand to 17179869192/,
    ],
    'with an uncountable tensor': [
      viewOf({ shape: [2 ** 40, 2 ** 40], strides: [0, 0] }),
      /more elements than can be counted/,
    ],
    'with an uncountable empty tensor': [
      viewOf({ shape: [...new Array(40).fill(2 ** 40), 0], strides: new Array(41).fill(0) }),
      /more elements than can be counted/,
    ],
    'whose record is missing': [fileWith(dict, { records: { 'data/0': null } }), /its record data\/0 is missing/],
    'whose record is too short': [
      fileWith(dict, { records: { 'data/0': Buffer.alloc(4) } }),
      /data\/0 has 4 bytes instead of 8/,
    ],
    'whose record is too long': [
      fileWith(dict, { records: { 'data/0': Buffer.alloc(12) } }),
      /has 12 bytes; at most 8 are read/,
    ],
    'written big-endian': [fileWith(dict, { byteorder: 'big' }), /numbers are written big-endian/],
    'with an enormous pickle': [torchFile({ pickle: Buffer.alloc(9 * 2 ** 20, 'N') }), /at most 8388608 are read/],
    'with a pickle that is a zip bomb': [
      torchFile({ pickle: Buffer.alloc(8 * 2 ** 20, 'N'), deflated: true }),
      /expand more than 200-fold/,
    ],
    'that is a TorchScript program': [
      fileWith(dict, { records: { 'constants.pkl': Buffer.from('x') } }),
      /a TorchScript program/,
    ],
    'without a pickle': [fileWith(dict, { records: { 'data.pkl': null } }), /does not hold one data\.pkl/],
    'with a pickle in a folder of a folder': [fileWith(dict, { folder: 'a/b' }), /does not hold one data\.pkl/],
    'with one tensor': [fileWith(tensorCall(tensors.w, '0')), /a single tensor without a name/],
    'with a list': [fileWith(new List([dict])), /holds no dictionary of tensors/],
    'without tensors': [fileWith(new Map([['epoch', 3]])), /holds no tensors/],
    'with one name twice': [
      fileWith(
        new Map<string, unknown>([
          ['a.b', tensorCall(tensors.w, '0')],
          ['a', new Map([['b', tensorCall(tensors.w, '0')]])],
        ]),
      ),
      /two tensors called a\.b/,
    ],
    'with a dictionary in itself': [rawPickle('}q', 0, 'X', 1, 0, 0, 0, 'a', 'h', 0, 's.'), /too deep or too many/],
  };
  test.each(Object.entries(cases))('%s', async (_, [bytes, why]) => {
    const file = fileOf(bytes);
    const error = await loadPytorch(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WeightsError);
    expect((error as WeightsError).message).toMatch(why);
    expect((error as WeightsError).message).toContain(file);
    expect((error as WeightsError).detail.file).toBe(file);
  });

  test.each([
    ['deep', 60, 2],
    ['wide', 6, 30],
  ])('that is a dictionary of dictionaries, %s, each many times in the next', async (_, levels, times) => {
    let nested = new Map<string, unknown>([['w', tensorCall(tensors.w, '0')]]);
    for (let level = 0; level < levels; level += 1) {
      const inner = nested;
      nested = new Map(Array.from({ length: times }, (_, index) => [`k${index}`, inner]));
    }
    await expect(read(fileWith(nested))).rejects.toThrow(/too deep or too many/);
  });

  test('that is not there, is a folder, is empty, or is cut anywhere', async () => {
    await expect(loadPytorch(join(tempFolder(), 'none.pth'))).rejects.toThrow(NotFoundError);
    await expect(loadPytorch(tempFolder())).rejects.toThrow(WeightsError);
    const whole = stateDictFile(tensors);
    for (let length = 0; length < whole.length; length += 37) {
      await expect(read(whole.subarray(0, length))).rejects.toThrow(/it is no zip archive, or is cut short/);
    }
  });
});

describe('a damaged PyTorch file', () => {
  const folder = suiteFolder();

  async function readOrRefuse(bytes: Uint8Array): Promise<void> {
    try {
      await loadPytorch(fileOf(bytes, folder));
    } catch (error) {
      if (!(error instanceof WeightsError)) throw error;
    }
  }

  test('never does worse than a WeightsError when bytes of the zip are changed', async () => {
    const whole = stateDictFile({ ...tensors, b: { storage: floats(1, 2, 3, 4), shape: [2, 2], strides: [1, 2] } });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (flips) => {
        const bytes = Buffer.from(whole);
        for (const [place, value] of flips) bytes[place % bytes.length] = value;
        await readOrRefuse(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test('never does worse than a WeightsError when bytes of the pickle are changed, added or cut', async () => {
    const pickle = pickleOf(
      new Map<unknown, unknown>([
        ['epoch', 3],
        ['names', new List(['a'])],
        ['model', dict],
      ]),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 3 }), fc.nat(3)), { minLength: 1, maxLength: 3 }),
        async (edits) => {
          let bytes = pickle;
          for (const [place, added, removed] of edits) {
            const at = 2 + (place % (bytes.length - 2));
            bytes = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
          }
          await readOrRefuse(torchFile({ pickle: bytes, storages }));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('never does worse than a WeightsError on any run of opcodes', async () => {
    const opcode = fc
      .constantFrom(...'(NKMJGX)]}taesuqrhjcRbQ.\x80\x85\x86\x87\x88\x89\x8a')
      .map((text) => Buffer.from(text, 'latin1'));
    const phrase = fc
      .constantFrom('ccollections\nOrderedDict\n', 'ctorch\nFloatStorage\n', 'X\x01\0\0\0a', 'K\x02', 'q\0', 'h\0')
      .map((text) => Buffer.from(text, 'latin1'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(opcode, phrase), { maxLength: 40 }), async (parts) => {
        await readOrRefuse(rawPickle(...parts, '.'));
      }),
      { numRuns: 400 },
    );
  });
});
