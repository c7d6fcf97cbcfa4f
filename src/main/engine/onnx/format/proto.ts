import protobuf from 'protobufjs';

/** ONNX element types by their number in TensorProto.DataType (onnx.proto). */
export const ELEMENT_TYPES = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
] as const;
export type ElementType = (typeof ELEMENT_TYPES)[number];

/** AttributeProto.AttributeType, as far as this library writes or reads them. */
export const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  sparseTensor: 11,
} as const;

export interface TensorProto {
  readonly name?: string;
  readonly dims?: readonly number[];
  readonly dataType?: number;
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  /** For writing; on reading these numbers are in `rawData`, as are those of `uint64Data`. */
  readonly int64Data?: readonly number[];
  readonly doubleData?: readonly number[];
  readonly uint64Data?: readonly number[];
  readonly stringData?: readonly Uint8Array[];
  /** 1 where the numbers are in the file that `externalData` names. */
  readonly dataLocation?: number;
  readonly externalData?: readonly StringEntry[];
}

/** The numbers of a tensor that are not zero, and where they stand. */
export interface SparseTensorProto {
  readonly values?: TensorProto;
  readonly indices?: TensorProto;
  readonly dims?: readonly number[];
}

/** What is a Uint8Array[] or Uint8Array here but a message in onnx.proto is kept as the bytes it was read as. */
export interface AttributeProto {
  readonly name: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly Uint8Array[];
  readonly tensors?: readonly TensorProto[];
  readonly graphs?: readonly GraphProto[];
  readonly typeProto?: Uint8Array;
  readonly typeProtos?: readonly Uint8Array[];
  readonly sparseTensor?: SparseTensorProto;
  readonly sparseTensors?: readonly SparseTensorProto[];
}

export interface NodeProto {
  readonly name?: string;
  readonly opType: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly AttributeProto[];
}

export interface TypeProto {
  readonly tensorType?: {
    readonly elemType?: number;
    readonly shape?: { readonly dim?: readonly { readonly dimValue?: number; readonly dimParam?: string }[] };
  };
  readonly sequenceType?: Uint8Array;
  readonly mapType?: Uint8Array;
  readonly sparseTensorType?: Uint8Array;
  readonly optionalType?: Uint8Array;
}

export interface ValueInfoProto {
  readonly name: string;
  readonly type?: TypeProto;
}

export interface GraphProto {
  readonly name?: string;
  readonly docString?: string;
  readonly node?: readonly NodeProto[];
  readonly initializer?: readonly TensorProto[];
  readonly sparseInitializer?: readonly SparseTensorProto[];
  readonly input?: readonly ValueInfoProto[];
  readonly output?: readonly ValueInfoProto[];
  readonly valueInfo?: readonly ValueInfoProto[];
}

export interface StringEntry {
  readonly key: string;
  readonly value: string;
}

export interface ModelProto {
  readonly irVersion: number;
  readonly opsetImport: readonly { readonly domain?: string; readonly version: number }[];
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: number;
  readonly docString?: string;
  readonly graph: GraphProto;
  readonly metadataProps?: readonly StringEntry[];
  /** Ops that the file defines by other ops, as bytes. */
  readonly functions?: readonly Uint8Array[];
}

type FieldRule = 'one' | 'many' | 'packed';
type FieldTable = Readonly<Record<string, readonly [id: number, type: string, rule?: FieldRule]>>;

/** Field numbers and types as onnx.proto (onnx 1.16, IR version 10) has them; absent fields are skipped on reading. */
const MESSAGES: Readonly<Record<string, FieldTable>> = {
  StringEntry: { key: [1, 'string'], value: [2, 'string'] },
  OperatorSet: { domain: [1, 'string'], version: [2, 'int64'] },
  Tensor: {
    dims: [1, 'int64', 'many'],
    dataType: [2, 'int32'],
    floatData: [4, 'float', 'packed'],
    int32Data: [5, 'int32', 'packed'],
    stringData: [6, 'bytes', 'many'],
    int64Data: [7, 'int64', 'packed'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    doubleData: [10, 'double', 'packed'],
    uint64Data: [11, 'uint64', 'packed'],
    externalData: [13, 'StringEntry', 'many'],
    dataLocation: [14, 'int32'],
  },
  SparseTensor: { values: [1, 'Tensor'], indices: [2, 'Tensor'], dims: [3, 'int64', 'many'] },
  Dimension: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
  TensorShape: { dim: [1, 'Dimension', 'many'] },
  TensorType: { elemType: [1, 'int32'], shape: [2, 'TensorShape'] },
  Type: {
    tensorType: [1, 'TensorType'],
    sequenceType: [4, 'bytes'],
    mapType: [5, 'bytes'],
    sparseTensorType: [8, 'bytes'],
    optionalType: [9, 'bytes'],
  },
  ValueInfo: { name: [1, 'string'], type: [2, 'Type'] },
  Attribute: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'Tensor'],
    g: [6, 'Graph'],
    floats: [7, 'float', 'many'],
    ints: [8, 'int64', 'many'],
    strings: [9, 'bytes', 'many'],
    tensors: [10, 'Tensor', 'many'],
    graphs: [11, 'Graph', 'many'],
    typeProto: [14, 'bytes'],
    typeProtos: [15, 'bytes', 'many'],
    type: [20, 'int32'],
    sparseTensor: [22, 'SparseTensor'],
    sparseTensors: [23, 'SparseTensor', 'many'],
  },
  Node: {
    input: [1, 'string', 'many'],
    output: [2, 'string', 'many'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'Attribute', 'many'],
    domain: [7, 'string'],
    overload: [8, 'string'],
  },
  Graph: {
    node: [1, 'Node', 'many'],
    name: [2, 'string'],
    initializer: [5, 'Tensor', 'many'],
    docString: [10, 'string'],
    input: [11, 'ValueInfo', 'many'],
    output: [12, 'ValueInfo', 'many'],
    valueInfo: [13, 'ValueInfo', 'many'],
    sparseInitializer: [15, 'SparseTensor', 'many'],
  },
  Model: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    domain: [4, 'string'],
    modelVersion: [5, 'int64'],
    docString: [6, 'string'],
    graph: [7, 'Graph'],
    opsetImport: [8, 'OperatorSet', 'many'],
    metadataProps: [14, 'StringEntry', 'many'],
    functions: [25, 'bytes', 'many'],
  },
};

const TYPES = buildTypes();
const MODEL = TYPES.lookupType('Model');
const GRAPH = TYPES.lookupType('Graph');
const TENSOR = TYPES.lookupType('Tensor');

/**
 * Reads an ONNX model. Integers of 64 bits become numbers, those of tensors `rawData`, which is exact; tensor bytes are
 * views of `bytes`, not copies. Throws what protobufjs throws (RangeError, Error) when the bytes are not one.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return MODEL.toObject(MODEL.decode(bytes), { longs: Number }) as ModelProto;
}

/** Writes an ONNX model as bytes of the onnx.proto format. */
export const encodeModel = (model: ModelProto): Uint8Array => Buffer.concat(encodeParts(model));

/**
 * The bytes of an ONNX model in parts, to be written one after another: each initializer's `rawData` is a part as it
 * is, so that large weights are never copied.
 */
export function encodeParts(model: ModelProto): readonly Uint8Array[] {
  const { graph, ...rest } = model;
  const { initializer = [], ...network } = graph;
  const start = GRAPH.encode(GRAPH.fromObject(network)).finish();
  const tensors = initializer.flatMap(tensorParts);
  const length = tensors.reduce((sum, part) => sum + part.length, start.length);
  return [MODEL.encode(MODEL.fromObject(rest)).finish(), header(MESSAGES.Model!.graph![0], length), start, ...tensors];
}

function tensorParts({ rawData, ...rest }: TensorProto): readonly Uint8Array[] {
  const start = TENSOR.encode(TENSOR.fromObject(rest)).finish();
  const bytes = rawData === undefined ? [] : [header(MESSAGES.Tensor!.rawData![0], rawData.length), rawData];
  const length = bytes.reduce((sum, part) => sum + part.length, start.length);
  return [header(MESSAGES.Graph!.initializer![0], length), start, ...bytes];
}

/** What stands before a field of `length` bytes: its number with the wire type 2, then the length. */
const header = (field: number, length: number): Uint8Array =>
  protobuf.Writer.create()
    .uint32((field << 3) | 2)
    .uint32(length)
    .finish();

function buildTypes(): protobuf.Root {
  const root = new protobuf.Root();
  for (const [name, fields] of Object.entries(MESSAGES)) {
    const type = new protobuf.Type(name);
    for (const [field, [id, typeName, rule = 'one']] of Object.entries(fields)) {
      const options = rule === 'one' ? undefined : { packed: rule === 'packed' };
      type.add(new protobuf.Field(field, id, typeName, rule === 'one' ? 'optional' : 'repeated', undefined, options));
    }
    root.add(type);
  }
  keepLongsExact(root.lookupType('Tensor'));
  return root;
}

/** Makes reading put a tensor's lists of 64-bit integers into its `rawData`, as plain numbers cannot hold them all. */
function keepLongsExact(tensor: protobuf.Type): void {
  const { toObject } = tensor.setup();
  tensor.toObject = (message, options): TensorProto => {
    const { int64Data, uint64Data, ...rest } = toObject.call(tensor, message, options) as TensorProto;
    if (int64Data === undefined && uint64Data === undefined) return rest;
    const { int64Data: longs = [], uint64Data: unsigned = [] } = message as unknown as LongLists;
    const bits = Int32Array.from([...longs, ...unsigned].flatMap(({ low, high }) => [low, high]));
    const isNarrow = ELEMENT_TYPES[rest.dataType ?? 0] === 'uint32';
    const numbers = isNarrow ? bits.filter((_, index) => index % 2 === 0) : bits;
    return { ...rest, rawData: new Uint8Array(numbers.buffer) };
  };
}

interface LongLists {
  readonly int64Data?: readonly { readonly low: number; readonly high: number }[];
  readonly uint64Data?: readonly { readonly low: number; readonly high: number }[];
}
