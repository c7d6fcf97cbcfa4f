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

/** AttributeProto.AttributeType, as far as a graph without sparse tensors uses it. */
export const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

export interface TensorProto {
  readonly name?: string;
  readonly dims?: readonly number[];
  readonly dataType?: number;
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly int64Data?: readonly number[];
  readonly doubleData?: readonly number[];
  readonly uint64Data?: readonly number[];
  readonly stringData?: readonly Uint8Array[];
  /** 1 where the numbers are in the file that `externalData` names. */
  readonly dataLocation?: number;
  readonly externalData?: readonly StringEntry[];
}

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
}

export interface NodeProto {
  readonly name?: string;
  readonly opType: string;
  readonly domain?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly AttributeProto[];
}

export interface ValueInfoProto {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elemType?: number;
      readonly shape?: { readonly dim?: readonly { readonly dimValue?: number; readonly dimParam?: string }[] };
    };
  };
}

export interface GraphProto {
  readonly name?: string;
  readonly node?: readonly NodeProto[];
  readonly initializer?: readonly TensorProto[];
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
  readonly graph: GraphProto;
  readonly metadataProps?: readonly StringEntry[];
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
  Dimension: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
  TensorShape: { dim: [1, 'Dimension', 'many'] },
  TensorType: { elemType: [1, 'int32'], shape: [2, 'TensorShape'] },
  Type: { tensorType: [1, 'TensorType'] },
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
    type: [20, 'int32'],
  },
  Node: {
    input: [1, 'string', 'many'],
    output: [2, 'string', 'many'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'Attribute', 'many'],
    domain: [7, 'string'],
  },
  Graph: {
    node: [1, 'Node', 'many'],
    name: [2, 'string'],
    initializer: [5, 'Tensor', 'many'],
    input: [11, 'ValueInfo', 'many'],
    output: [12, 'ValueInfo', 'many'],
    valueInfo: [13, 'ValueInfo', 'many'],
  },
  Model: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    graph: [7, 'Graph'],
    opsetImport: [8, 'OperatorSet', 'many'],
    metadataProps: [14, 'StringEntry', 'many'],
  },
};

const MODEL = buildTypes().lookupType('Model');

/**
 * Reads an ONNX model. Integers of 64 bits become numbers; tensor bytes are views of `bytes`, not copies.
 * Throws what protobufjs throws (RangeError, Error) when the bytes are not one.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return MODEL.toObject(MODEL.decode(bytes), { longs: Number }) as ModelProto;
}

/** Writes an ONNX model as bytes of the onnx.proto format. */
export function encodeModel(model: ModelProto): Uint8Array {
  return MODEL.encode(MODEL.fromObject(model)).finish();
}

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
  return root;
}
