import { InferenceSession, Tensor } from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { decodeGraph } from '../../../src/main/engine/onnx/decode.ts';
import { encodeGraph } from '../../../src/main/engine/onnx/encode.ts';
import { decodeModel, type GraphProto, type ModelProto } from '../../../src/main/engine/onnx/format/proto.ts';
import { mul } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { cutAt } from '../../../src/main/engine/onnx/passes/cut.ts';
import { fixShapes } from '../../../src/main/engine/onnx/passes/fix-shapes.ts';
import { optimise } from '../../../src/main/engine/onnx/passes/optimise.ts';
import { rebuild } from '../../../src/main/engine/onnx/passes/rebuild.ts';
import { type DType, type TensorData, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { GraphError } from '../../../src/shared/errors.ts';
import { attribute, choosing, declare, fileOf, floatTensor, tensor } from './support/file-models.ts';

const row = (...numbers: number[]): TensorData => tensorOf('float32', [numbers.length], numbers);

/** What ONNX Runtime makes of a file's bytes. */
async function run(bytes: Uint8Array, feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const tensors = Object.entries(feeds).map(([name, { dtype, data, shape }]) => {
    return [name, new Tensor(dtype as 'float32', data as Float32Array, shape)] as const;
  });
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array, Number)]),
  );
}

/** A file as it was, decoded and encoded, and so after the passes: the same outputs, which are returned. */
async function surviving(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, TensorData>>,
): Promise<Record<string, number[]>> {
  const expected = await run(bytes, feeds);
  const graph = decodeGraph(bytes);
  expect(await run(encodeGraph(graph), feeds)).toEqual(expected);
  expect(await run(encodeGraph(optimise(graph)), feeds)).toEqual(expected);
  expect(await run(encodeGraph(decodeGraph(encodeGraph(graph))), feeds)).toEqual(expected);
  return expected;
}

describe('tensors in a file', () => {
  const bytes = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer);
  const stored = (type: DType, fields: Parameters<typeof tensor>[3], count = 2): TensorData =>
    decodeGraph(fileOf({ initializer: [tensor('t', type, [count], fields)], output: [{ name: 't' }] })).constants[0]!
      .constant!;

  it.each([
    ['float32', { floatData: [1.5, -2] }, Float32Array.of(1.5, -2)],
    ['float64', { doubleData: [0.1, -2] }, Float64Array.of(0.1, -2)],
    ['float16', { int32Data: [0x3c00, 0xc000] }, Uint16Array.of(0x3c00, 0xc000)],
    ['bfloat16', { int32Data: [0x3f80, 0xc000] }, Uint16Array.of(0x3f80, 0xc000)],
    ['int8', { int32Data: [-128, 127] }, Int8Array.of(-128, 127)],
    ['uint8', { int32Data: [0, 255] }, Uint8Array.of(0, 255)],
    ['int16', { int32Data: [-32768, 1] }, Int16Array.of(-32768, 1)],
    ['uint16', { int32Data: [65535, 1] }, Uint16Array.of(65535, 1)],
    ['int32', { int32Data: [-(2 ** 31), 7] }, Int32Array.of(-(2 ** 31), 7)],
    ['bool', { int32Data: [1, 0] }, Uint8Array.of(1, 0)],
    ['int64', { int64Data: [-3, 2 ** 53] }, BigInt64Array.of(-3n, 2n ** 53n)],
    ['uint32', { uint64Data: [2 ** 32 - 1, 1] }, Uint32Array.of(2 ** 32 - 1, 1)],
    ['uint64', { uint64Data: [2 ** 53, 1] }, BigUint64Array.of(2n ** 53n, 1n)],
  ] as const)('are read from the list of their type or from raw bytes: %s', (type, list, data) => {
    expect(stored(type, list)).toEqual({ dtype: type, shape: [2], data });
    expect(stored(type, { rawData: bytes(data) })).toEqual({ dtype: type, shape: [2], data });
  });

  it('keep the largest integer, which exporters write for “to the end”, exact in every place', async () => {
    const largest = 2n ** 63n - 1n;
    expect(stored('int64', { int64Data: [2 ** 63] }, 1).data).toEqual(BigInt64Array.of(largest));
    const ends = { opType: 'Constant', output: ['ends'], attribute: [attribute.ints('value_ints', [2 ** 63])] };
    const graph = decodeGraph(fileOf({ node: [ends], output: [declare('ends', 'int64', [1])] }));
    expect(graph.constants[0]!.constant!.data).toEqual(BigInt64Array.of(largest));
    const slice = {
      opType: 'Slice',
      input: ['x'],
      output: ['y'],
      attribute: [attribute.ints('starts', [1]), attribute.ints('ends', [2 ** 63])],
    };
    const old = fileOf(
      { node: [slice], input: [declare('x', 'float32', [3])], output: [declare('y', 'float32', [2])] },
      { opsetImport: [{ domain: '', version: 9 }] },
    );
    expect(await surviving(old, { x: row(1, 2, 3) })).toEqual({ y: [2, 3] });
  });

  it.each([
    [{ floatData: [1] }, /“t” has 1 numbers, which do not fill \[2\]/],
    [{ rawData: new Uint8Array(7) }, /“t” has 7 bytes, which are no whole number of float32/],
    [{ rawData: new Uint8Array(4) }, /has 1 numbers/],
    [{ dims: [-2], floatData: [1, 2] }, /shape \[-2\]/],
    [{ dataLocation: 1, externalData: [{ key: 'location', value: 'w' }] }, /in a file beside the model/],
  ])('are refused where they do not fill their shape: %j', (fields, message) => {
    expect(() => stored('float32', fields)).toThrow(GraphError);
    expect(() => stored('float32', fields)).toThrow(message);
  });

  it('may stand in Constant nodes, in any of their attributes', () => {
    const constants = [
      attribute.tensor('value', floatTensor('', [1, 2])),
      attribute.float('value_float', 0.5),
      attribute.floats('value_floats', [3, 4]),
      attribute.int('value_int', 7),
      attribute.ints('value_ints', [8, 9]),
    ];
    const node = constants.map((value, at) => ({ opType: 'Constant', output: [`c${at}`], attribute: [value] }));
    const graph = decodeGraph(fileOf({ node, output: [{ name: 'c0' }] }));
    expect(graph.nodes).toEqual([]);
    expect(graph.constants.map(String)).toEqual([
      'c0: float32[2]',
      'c1: float32[]',
      'c2: float32[2]',
      'c3: int64[]',
      'c4: int64[2]',
    ]);
    expect(graph.constants.map(({ constant }) => [...constant!.data].map(Number))).toEqual([
      [1, 2],
      [0.5],
      [3, 4],
      [7],
      [8, 9],
    ]);
  });

  it('of strings survive as they are', async () => {
    const words = tensor('words', 'string', [3], {
      stringData: ['b', 'a', 'c'].map((text) => new TextEncoder().encode(text)),
    });
    const encode = {
      opType: 'LabelEncoder',
      domain: 'ai.onnx.ml',
      input: ['words'],
      output: ['y'],
      attribute: [attribute.texts('keys_strings', ['a', 'b', 'c']), attribute.floats('values_floats', [1, 2, 3])],
    };
    const file = fileOf(
      { initializer: [words], node: [encode], output: [declare('y', 'float32', [3])] },
      {
        opsetImport: [
          { domain: '', version: 17 },
          { domain: 'ai.onnx.ml', version: 2 },
        ],
      },
    );
    expect(await surviving(file, {})).toEqual({ y: [2, 1, 3] });
  });

  it('that list only what is not zero survive', async () => {
    const sparse = {
      values: tensor('weights', 'float32', [2], { floatData: [5, 7] }),
      indices: tensor('', 'int64', [2], { int64Data: [1, 2] }),
      dims: [4],
    };
    const file = fileOf({
      sparseInitializer: [sparse],
      node: [{ opType: 'Mul', input: ['x', 'weights'], output: ['y'] }],
      input: [declare('x', 'float32', [4])],
      output: [declare('y', 'float32', [4])],
    });
    expect(await surviving(file, { x: row(1, 2, 3, 4) })).toEqual({ y: [0, 10, 21, 0] });
  });
});

describe('a decoded graph', () => {
  it('keeps names, opsets, producer and what the file says of itself', () => {
    const graph: GraphProto = {
      name: 'classifier',
      docString: 'Of the graph.',
      initializer: [tensor('head.bias', 'float32', [1], { rawData: new Uint8Array(4) })],
      node: [{ opType: 'Add', name: '/head/Add', input: ['image', 'head.bias'], output: ['/head/Add_output_0'] }],
      input: [declare('image', 'float32', ['batch', 3])],
      output: [declare('/head/Add_output_0', 'float32', ['batch', 3])],
    };
    const model: ModelProto = {
      irVersion: 10,
      producerName: 'exporter',
      producerVersion: '1.2',
      domain: 'org.example',
      modelVersion: 4,
      docString: 'Of the model.',
      opsetImport: [
        { domain: 'ai.onnx', version: 18 },
        { domain: 'com.example', version: 3 },
      ],
      metadataProps: [{ key: 'classes', value: '["a"]' }],
      graph,
    };
    const decoded = decodeGraph(fileOf(graph, model));
    expect(decoded.opset).toBe(18);
    expect([...decoded.outputs.keys()]).toEqual(['/head/Add_output_0']);
    const written = decodeModel(encodeGraph(decoded));
    const { graph: network, ...rest } = written;
    expect(rest).toEqual({
      ...model,
      opsetImport: [{ domain: '', version: 18 }, model.opsetImport[1]],
      graph: undefined,
    });
    expect(network).toMatchObject({ ...graph, initializer: [{ name: 'head.bias', dims: [1], dataType: 1 }] });
  });

  it('takes an input that has an initializer as a constant', async () => {
    const file = fileOf({
      initializer: [floatTensor('w', [3])],
      node: [{ opType: 'Mul', input: ['x', 'w'], output: ['y'] }],
      input: [declare('x', 'float32', [1]), declare('w', 'float32', [1])],
      output: [declare('y', 'float32', [1])],
    });
    expect(decodeGraph(file).inputs.map(({ name }) => name)).toEqual(['x']);
    expect(await surviving(file, { x: row(2) })).toEqual({ y: [6] });
  });

  it('knows open batches, and other open dimensions once they are fixed', async () => {
    const file = fileOf({
      node: [
        { opType: 'Mul', input: ['image', 'gain'], output: ['scaled'] },
        { opType: 'ReduceMean', input: ['scaled'], output: ['y'], attribute: [attribute.int('keepdims', 0)] },
      ],
      input: [declare('image', 'float32', [null, 'h', 'w']), declare('gain', 'float32', [null])],
      output: [declare('y', 'float32', [])],
    });
    const graph = decodeGraph(file);
    expect(graph.inputs.map(String)).toEqual(['image: ?', 'gain: float32[gain_batch]']);
    expect(decodeModel(encodeGraph(graph)).graph.input![0]).toEqual(declare('image', 'float32', [null, 'h', 'w']));
    const image = tensorOf('float32', [1, 2, 2], [1, 2, 3, 6]);
    expect(await surviving(file, { image, gain: row(2) })).toEqual({ y: [6] });
    const fixed = fixShapes(graph, { image: [1, 2, 2], gain: [1] });
    expect(fixed.inputs.map(String)).toEqual(['image: float32[1, 2, 2]', 'gain: float32[1]']);
    expect(fixed.nodes[0]!.outputs[0]!.shape).toEqual([1, 2, 2]);
    expect(() => fixShapes(graph, { image: [1, 2] })).toThrow(/“image” is float32\[\?, h, w\]/);
  });

  it('keeps inputs that are no tensors', async () => {
    const sequence = { name: 'list', type: { sequenceType: Buffer.of(10, 4, 10, 2, 8, 1) } };
    const file = fileOf({
      node: [
        { opType: 'SequenceLength', input: ['list'], output: ['length'] },
        { opType: 'Neg', input: ['length'], output: ['y'] },
      ],
      input: [sequence],
      output: [declare('y', 'int64', [])],
    });
    const again = encodeGraph(decodeGraph(file));
    expect(decodeModel(again).graph.input).toEqual([sequence]);
    await (await InferenceSession.create(again)).release();
  });

  it('takes what the file says of types that it cannot work out itself', async () => {
    const file = fileOf(
      {
        node: [
          { opType: 'FusedMatMul', domain: 'com.microsoft', input: ['x', 'w'], output: ['hidden'] },
          { opType: 'Relu', input: ['hidden'], output: ['y'] },
        ],
        initializer: [tensor('w', 'float32', [2, 3], { floatData: [1, 2, 3, 4, 5, 6] })],
        input: [declare('x', 'float32', ['n', 2])],
        output: [declare('y', 'float32', ['n', 3])],
        valueInfo: [declare('hidden', 'float32', ['n', 3])],
      },
      {
        opsetImport: [
          { domain: '', version: 17 },
          { domain: 'com.microsoft', version: 1 },
        ],
      },
    );
    const graph = decodeGraph(file);
    expect(graph.outputs.get('y')!.shape).toEqual(['n', 3]);
    expect(decodeGraph(encodeGraph(graph)).outputs.get('y')!.shape).toEqual(['n', 3]);
    expect(fixShapes(graph, { x: [4, 2] }).outputs.get('y')!.shape).toEqual([4, 3]);
    expect(await surviving(file, { x: tensorOf('float32', [1, 2], [1, -1]) })).toEqual({ y: [0, 0, 0] });
    const x = graph.inputs[0]!;
    const sum = graph.outputs.get('y')!;
    expect(() => gradients(graph, sum, [x], sum)).toThrow(/com\.microsoft\.FusedMatMul\(.*\) has no gradient/);
  });

  it('is not refused where a shape rule would refuse it but the runtime may not', async () => {
    const file = fileOf({
      initializer: [tensor('w', 'float32', [2, 1], { floatData: [3, 4] })],
      node: [{ opType: 'MatMul', input: ['x', 'w'], output: ['y'] }],
      input: [declare('x', 'float32', ['n'])],
      output: [declare('y', 'float32', [1])],
    });
    expect(decodeGraph(file).outputs.get('y')!.shape).toEqual([1]);
    expect(await surviving(file, { x: row(1, 2) })).toEqual({ y: [11] });
  });

  it('keeps ops that the file itself defines', async () => {
    const double = protobuf.Writer.create();
    double.uint32(10).string('Double').uint32(34).string('a').uint32(42).string('b');
    double.uint32(58).fork().uint32(10).string('a').uint32(10).string('a').uint32(18).string('b');
    double.uint32(34).string('Add').ldelim();
    double.uint32(74).fork().uint32(16).uint32(17).ldelim().uint32(82).string('local');
    const file = fileOf(
      {
        node: [{ opType: 'Double', domain: 'local', input: ['x'], output: ['y'] }],
        input: [declare('x', 'float32', [1])],
        output: [declare('y', 'float32', [1])],
      },
      {
        functions: [double.finish()],
        opsetImport: [
          { domain: '', version: 17 },
          { domain: 'local', version: 1 },
        ],
      },
    );
    expect(await surviving(file, { x: row(4) })).toEqual({ y: [8] });
  });
});

describe('graphs within nodes', () => {
  const file = fileOf(choosing);
  const feeds = (flag: number): Record<string, TensorData> => ({
    flag: tensorOf('bool', [], [flag]),
    x: row(5, 6),
    step: row(3),
  });

  it('survive, with what they read by name from around them', async () => {
    expect(await surviving(file, feeds(1))).toEqual({ y: [11, 12] });
    expect(await surviving(file, feeds(0))).toEqual({ y: [30, 36] });
  });

  it('find what they read by name even where something else has taken its place', async () => {
    const graph = decodeGraph(file);
    const replaced = rebuild(graph, {
      replace: ({ op, inputs }) => (op.type === 'Mul' ? [mul(inputs[0]!, mul(inputs[1]!, 2))] : null),
    });
    expect(await run(encodeGraph(replaced), feeds(1))).toEqual({ y: [17, 18] });
    const { step: _, ...others } = feeds(0);
    const cut = cutAt(graph, 'shift', 'given');
    expect(cut.inputs.map(({ name }) => name).sort()).toEqual(['flag', 'given', 'x']);
    expect(await run(encodeGraph(cut), { ...others, given: row(10) })).toEqual({ y: [50, 60] });
  });

  it('are not passed over when a gradient is asked for', () => {
    const graph = decodeGraph(file);
    const [, x] = graph.inputs;
    expect(() => gradients(graph, graph.outputs.get('y')!, [x!])).toThrow(/^If\(.*“choice” has no gradient here/);
  });

  it('survive within graphs within nodes, and as the body of a loop', async () => {
    const body: GraphProto = {
      name: 'body',
      input: [declare('i', 'int64', []), declare('go', 'bool', []), declare('carried', 'float32', [2])],
      node: [
        { opType: 'Identity', input: ['go'], output: ['still'] },
        {
          opType: 'If',
          input: ['flag'],
          output: ['next'],
          attribute: [
            attribute.graph('then_branch', {
              name: 'a',
              node: [{ opType: 'Add', input: ['carried', 'shift'], output: ['a1'] }],
              output: [declare('a1', 'float32', [2])],
            }),
            attribute.graph('else_branch', {
              name: 'b',
              node: [{ opType: 'Mul', input: ['carried', 'shift'], output: ['b1'] }],
              output: [declare('b1', 'float32', [2])],
            }),
          ],
        },
      ],
      output: [declare('still', 'bool', []), declare('next', 'float32', [2])],
    };
    const [shift] = choosing.node!;
    const loop = fileOf({
      ...choosing,
      initializer: [...choosing.initializer!, tensor('times', 'int64', [], { int64Data: [3] })],
      node: [
        shift!,
        { opType: 'Loop', input: ['times', '', 'x'], output: ['y'], attribute: [attribute.graph('body', body)] },
      ],
    });
    expect(await surviving(loop, feeds(1))).toEqual({ y: [23, 24] });
    expect(await surviving(loop, feeds(0))).toEqual({ y: [5 * 216, 6 * 216] });
  });
});

describe('bytes that are no model', () => {
  const whole = fileOf(choosing);
  it.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0123')],
    ['an image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)],
    ['the first half of a model', whole.subarray(0, whole.length / 2)],
  ])('are refused in a sentence: %s', (_, bytes) => {
    expect(() => decodeGraph(bytes)).toThrow(GraphError);
    expect(() => decodeGraph(bytes)).toThrow(/no ONNX model, or are cut short/);
  });

  it.each([
    [{ node: [{ opType: 'Neg', name: 'n1', input: ['x'], output: ['y'] }] }, /Neg “n1” reads “x”, which nothing/],
    [{ node: [] }, /Nothing computes the output “y”/],
    [{ initializer: [floatTensor('y', [1]), floatTensor('y', [2])] }, /a value “y” already/],
  ])('or name values that are not there: %#', (graph, message) => {
    expect(() => decodeGraph(fileOf({ ...graph, output: [{ name: 'y' }] }))).toThrow(GraphError);
    expect(() => decodeGraph(fileOf({ ...graph, output: [{ name: 'y' }] }))).toThrow(message);
  });
});
