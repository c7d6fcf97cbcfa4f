import { writeFileSync } from 'node:fs';
import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  encodeModel,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../src/main/engine/onnx/format/proto.ts';

export interface TinyClassifier {
  readonly layout?: 'NCHW' | 'NHWC';
  readonly dtype?: 'float32' | 'uint8' | 'float64';
  readonly channels?: 1 | 3;
  readonly size?: number | string;
  readonly batch?: number | string;
  /** One row of class weights for each channel; logits = mean of the channel's input · weights. */
  readonly weights: readonly (readonly number[])[];
  readonly outputs?: readonly ('probabilities' | 'logits' | 'embedding')[];
  /** Other names for the outputs. */
  readonly names?: Readonly<Partial<Record<'probabilities' | 'logits' | 'embedding', string>>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

const FLOAT = 1;
const ELEMENTS = { float32: 1, uint8: 2, float64: 11 } as const;

export const value = (name: string, shape: readonly (number | string)[], elemType = FLOAT): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: { dim: shape.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })) },
    },
  },
});

export const floats = (name: string, dims: readonly number[], numbers: readonly number[]): TensorProto => ({
  name,
  dims,
  dataType: FLOAT,
  rawData: new Uint8Array(Float32Array.from(numbers).buffer),
});

const ints = (name: string, numbers: readonly number[]): AttributeProto => ({
  name,
  type: ATTRIBUTE_TYPES.ints,
  ints: numbers,
});

/** A classifier that can be worked out by hand: channel means (the embedding), times weights (logits), softmax. */
export function tinyClassifier(options: TinyClassifier): ModelProto {
  const { layout = 'NCHW', dtype = 'float32', channels = 3, size = 8, batch = 'n', names = {} } = options;
  const outputs = options.outputs ?? ['probabilities', 'logits', 'embedding'];
  const name = (role: 'probabilities' | 'logits' | 'embedding'): string => names[role] ?? role;
  const classes = options.weights[0]!.length;
  const shape = layout === 'NCHW' ? [batch, channels, size, size] : [batch, size, size, channels];
  const nodes: NodeProto[] = [
    {
      opType: 'Cast',
      input: ['pixels'],
      output: ['numbers'],
      attribute: [{ name: 'to', type: ATTRIBUTE_TYPES.int, i: FLOAT }],
    },
    {
      opType: 'ReduceMean',
      input: ['numbers'],
      output: [name('embedding')],
      attribute: [
        ints('axes', layout === 'NCHW' ? [2, 3] : [1, 2]),
        { name: 'keepdims', type: ATTRIBUTE_TYPES.int, i: 0 },
      ],
    },
    { opType: 'MatMul', input: [name('embedding'), 'weights'], output: [name('logits')] },
    { opType: 'Softmax', input: [name('logits')], output: [name('probabilities')] },
  ];
  return {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    producerName: 'test',
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, text]) => ({ key, value: text })),
    graph: {
      name: 'tiny',
      node: nodes,
      initializer: [floats('weights', [channels, classes], options.weights.flat())],
      input: [value('pixels', shape, ELEMENTS[dtype])],
      output: outputs.map((role) => value(name(role), [batch, role === 'embedding' ? channels : classes])),
    },
  };
}

/** Writes a model and returns its path. */
export function writeModel(file: string, model: ModelProto): string {
  writeFileSync(file, encodeModel(model));
  return file;
}
