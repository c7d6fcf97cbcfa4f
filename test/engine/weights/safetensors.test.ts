import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DType, isDType, type TensorData, viewOf } from '../../../src/main/engine/onnx/tensor.ts';
import {
  loadSafetensors,
  readSafetensors,
  type SafetensorsFile,
  writeSafetensors,
} from '../../../src/main/engine/weights/safetensors.ts';
import { elementSize } from '../../../src/main/engine/weights/weights-file.ts';
import { NotFoundError, WeightsError } from '../../../src/shared/errors.ts';
import { hasSharedData, needsSharedData, SHARED } from '../../support/shared-data.ts';
import { suiteFolder, tempFolder } from '../../support/temp.ts';

const DTYPES = 'float64 float32 float16 bfloat16 int64 int32 int16 int8 uint64 uint32 uint16 uint8 bool'
  .split(' ')
  .filter(isDType);

const anyTensor: fc.Arbitrary<TensorData> = fc
  .tuple(fc.constantFrom(...DTYPES), fc.array(fc.nat(4), { maxLength: 3 }))
  .chain(([dtype, shape]) => {
    const length = shape.reduce((product, dim) => product * dim, 1) * elementSize(dtype);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => ({ dtype, shape, data: viewOf(dtype, bytes) }));
  });

const anyWeights = fc
  .uniqueArray(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), anyTensor), {
    selector: ([name]) => name,
    maxLength: 6,
  })
  .map((entries) => new Map(entries));

/** A file of a header and the bytes behind it, whatever they are. */
function fileOf(header: object | string | Buffer, data: Uint8Array = new Uint8Array(0), folder = tempFolder()): string {
  const json = Buffer.isBuffer(header)
    ? header
    : Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = join(folder, 'made.safetensors');
  writeFileSync(file, Buffer.concat([length, json, data]));
  return file;
}

function open(file: string): SafetensorsFile {
  const opened = readSafetensors(file);
  onTestFinished(() => opened.close());
  return opened;
}

const float = (shape: readonly number[], start: number, end: number, dtype = 'F32'): object => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

describe('a safetensors file', () => {
  test('gives back any tensors that were written, bit for bit', () => {
    const file = join(tempFolder(), 'any.safetensors');
    fc.assert(
      fc.property(anyWeights, fc.dictionary(fc.string(), fc.string()), (weights, metadata) => {
        writeSafetensors(file, weights, metadata);
        const read = loadSafetensors(file);
        expect(new Map([...read].sort())).toEqual(new Map([...weights].sort()));
        const opened = readSafetensors(file);
        opened.close();
        expect({ ...opened.metadata }).toEqual({ ...metadata });
      }),
      { numRuns: 100 },
    );
  });

  test('says what it holds without reading it, and reads one tensor at a time', () => {
    const file = fileOf(
      { a: float([2], 0, 8), b: float([1, 2], 8, 10, 'I8') },
      Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 64, 7, 255),
    );
    const opened = open(file);
    expect([...opened.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['a', 'float32', [2]],
      ['b', 'int8', [1, 2]],
    ]);
    expect(opened.read('b')).toEqual({ dtype: 'int8', shape: [1, 2], data: Int8Array.of(7, -1) });
    expect(opened.read('a')).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) });
    expect(() => opened.read('c')).toThrow(WeightsError);
  });

  test('starts its data at a multiple of eight bytes, each tensor at a multiple of its element', () => {
    const file = join(tempFolder(), 'aligned.safetensors');
    const tensor = (dtype: DType, bytes: number): TensorData => {
      return { dtype, shape: [bytes / elementSize(dtype)], data: viewOf(dtype, new Uint8Array(bytes)) };
    };
    writeSafetensors(
      file,
      new Map([
        ['x', tensor('int8', 3)],
        ['yy', tensor('float64', 8)],
        ['z', tensor('float16', 6)],
      ]),
    );
    const bytes = readFileSync(file);
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
    expect(header.yy.data_offsets).toEqual([0, 8]);
    expect(header.z.data_offsets).toEqual([8, 14]);
    expect(header.x.data_offsets).toEqual([14, 17]);
  });

  test('takes a 64-bit tensor that lies where no 64-bit view can', () => {
    const file = fileOf(
      { a: float([1], 0, 1, 'U8'), b: float([1], 1, 9, 'I64') },
      Uint8Array.of(9, 5, 0, 0, 0, 0, 0, 0, 0),
    );
    expect(loadSafetensors(file).get('b')!.data).toEqual(BigInt64Array.of(5n));
  });

  test('stays as it was when writing fails, and leaves nothing beside it', () => {
    const folder = tempFolder();
    const file = join(folder, 'kept.safetensors');
    const good: TensorData = { dtype: 'float32', shape: [1], data: Float32Array.of(1) };
    writeSafetensors(file, new Map([['a', good]]));
    const before = readFileSync(file);
    expect(() => writeSafetensors(file, new Map([['a', { ...good, shape: [2] }]]))).toThrow(
      'a has 1 elements, but its shape is [2].',
    );
    expect(() => writeSafetensors(file, new Map([['__metadata__', good]]))).toThrow(WeightsError);
    expect(() => writeSafetensors(join(folder, 'no', 'folder'), new Map([['a', good]]))).toThrow(
      /could not be written/,
    );
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder)).toEqual(['kept.safetensors']);
  });

  test.runIf(hasSharedData)(
    `is the same file when the reference weights are read and written${needsSharedData}`,
    () => {
      const reference = `${SHARED}/models/nr-swin-micro.safetensors`;
      const copy = join(tempFolder(), 'copy.safetensors');
      const weights = loadSafetensors(reference);
      expect(weights.get('sw.head.fc.weight')!.shape).toEqual([8, 192]);
      writeSafetensors(copy, weights);
      expect(readFileSync(copy).equals(readFileSync(reference))).toBe(true);
    },
  );
});

describe('a malformed safetensors file is refused, with its name and what is wrong', () => {
  const eight = new Uint8Array(8);
  const cases: Record<string, [header: object | string | Buffer, data: Uint8Array, why: RegExp]> = {
    'not JSON': ['{"a":', eight, /its header is not JSON\./],
    'not UTF-8': [Buffer.from('{"\xff":1}', 'latin1'), eight, /its header is not JSON\./],
    'a list': ['[]', eight, /not a JSON object/],
    'leading blanks': [' {}', new Uint8Array(0), /not a JSON object/],
    'a name twice': ['{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\\u0061":{}}', eight, /holds "a" twice/],
    'a field twice': [
      '{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
      eight,
      /holds "dtype" twice/,
    ],
    'an unknown type': [{ a: float([8], 0, 8, 'F8_E4M3') }, eight, /a has the element type F8_E4M3/],
    'a type of another world': [{ a: float([8], 0, 8, 'constructor') }, eight, /element type constructor/],
    'a missing field': [{ a: { dtype: 'F32', shape: [2] } }, eight, /a is not described by/],
    'a further field': [{ a: { ...float([2], 0, 8), more: 1 } }, eight, /a is not described by/],
    'a negative dimension': [{ a: float([-2], 0, 8) }, eight, /a is not described by/],
    'a broken dimension': [{ a: float([1.5], 0, 8) }, eight, /a is not described by/],
    'another size': [{ a: float([3], 0, 8) }, eight, /a has 8 bytes, but F32 \[3\] takes 12/],
    'an enormous shape': [{ a: float([2 ** 52, 2 ** 52], 0, 8) }, eight, /a has 8 bytes/],
    'an enormous empty shape': [{ a: float([...new Array(30).fill(2 ** 52), 0], 0, 0) }, eight, /a has 0 bytes/],
    'offsets the wrong way round': [{ a: float([2], 8, 0) }, eight, /a has -8 bytes/],
    'an overlap': [{ a: float([2], 0, 8), b: float([1], 4, 8) }, eight, /b overlaps the tensor before it/],
    'a hole': [{ a: float([1], 4, 8) }, eight, /a hole of 4 bytes before a/],
    'data cut short': [{ a: float([4], 0, 16) }, eight, /a ends 8 bytes behind the file/],
    'data left over': [{ a: float([1], 0, 4) }, eight, /4 bytes at its end belong to no tensor/],
    'metadata that is not text': [{ __metadata__: { epoch: 3 } }, new Uint8Array(0), /its metadata/],
  };
  test.each(Object.entries(cases))('%s', (_, [header, data, why]) => {
    const file = fileOf(header, data);
    expect(() => readSafetensors(file)).toThrow(WeightsError);
    expect(() => readSafetensors(file)).toThrow(why);
    expect(() => readSafetensors(file)).toThrow(file);
  });

  test('a header that claims more than the file, or more than 100 MB', () => {
    const file = fileOf({});
    const bytes = readFileSync(file);
    for (const [length, why] of [
      [3n, /header would have 3 bytes, more than the file/],
      [100_000_001n, /at most 100000000 are read/],
      [2n ** 64n - 1n, /at most 100000000 are read/],
    ] as const) {
      bytes.writeBigUInt64LE(length);
      writeFileSync(file, bytes);
      expect(() => readSafetensors(file)).toThrow(why);
    }
    writeFileSync(file, bytes.subarray(0, 7));
    expect(() => readSafetensors(file)).toThrow(/it has only 7 bytes/);
  });

  test('no file, and a folder', () => {
    expect(() => loadSafetensors(join(tempFolder(), 'none'))).toThrow(NotFoundError);
    expect(() => loadSafetensors(tempFolder())).toThrow(WeightsError);
  });
});

describe('a damaged safetensors file', () => {
  const folder = suiteFolder();
  const file = join(folder, 'damaged.safetensors');

  /** Either the file still reads, and then holds no more than itself, or a WeightsError says why not. */
  function readOrRefuse(bytes: Uint8Array): void {
    writeFileSync(file, bytes);
    try {
      let total = 0;
      for (const { data } of loadSafetensors(file).values()) total += data.byteLength;
      expect(total).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      if (!(error instanceof WeightsError)) throw error;
      expect(error.message).toContain(file);
    }
  }

  function bytesOf(weights: ReadonlyMap<string, TensorData>): Buffer {
    writeSafetensors(file, weights, { format: 'pt' });
    return readFileSync(file);
  }

  test('is refused wherever it was cut', () => {
    fc.assert(
      fc.property(anyWeights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (weights, share) => {
        const whole = bytesOf(weights);
        writeFileSync(file, whole.subarray(0, Math.floor(whole.length * share)));
        expect(() => loadSafetensors(file)).toThrow(WeightsError);
      }),
      { numRuns: 100 },
    );
  });

  test('never does worse than a WeightsError when bytes are changed', () => {
    fc.assert(
      fc.property(
        anyWeights,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (weights, flips) => {
          const bytes = bytesOf(weights);
          for (const [place, value] of flips) bytes[place % bytes.length] = value;
          readOrRefuse(bytes);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('never does worse than a WeightsError on any header and any data', () => {
    const entry = fc.record(
      {
        dtype: fc.constantFrom('F32', 'I64', 'BOOL', 'X'),
        shape: fc.array(fc.maxSafeNat()),
        data_offsets: fc.array(fc.maxSafeInteger()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue())), fc.uint8Array(), (header, data) => {
        readOrRefuse(readFileSync(fileOf(header, data, folder)));
      }),
      { numRuns: 300 },
    );
  });
});
