import type { Attribute } from './attributes.ts';
import type { Graph, TensorType, Value } from './graph.ts';
import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  ELEMENT_TYPES,
  encodeModel,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './proto.ts';
import { bytesOf, type TensorData } from './tensor.ts';

/** The IR version that came with an operator set, as far as this library writes them (onnx/docs/Versioning.md). */
const IR_VERSION = 8;

/** A graph as the bytes of an ONNX file: its inputs, constants as initializers, nodes in order, and named outputs. */
export const encodeGraph = (graph: Graph): Uint8Array => encodeModel(modelOf(graph));

function modelOf(graph: Graph): ModelProto {
  const names = outputNames(graph);
  const nameOf = (value: Value | null): string => (value === null ? '' : (names.get(value) ?? value.name));
  const nodes = graph.nodes.map(
    ({ op, name, inputs, outputs, attributes }): NodeProto => ({
      name,
      opType: op.type,
      domain: op.domain ?? '',
      input: trimEnd(inputs.map(nameOf)),
      output: trimEnd(outputs.map(nameOf)),
      attribute: Object.entries(attributes).map(([key, attribute]) => attributeProto(key, attribute)),
    }),
  );
  return {
    irVersion: IR_VERSION,
    producerName: graph.origin.producer,
    opsetImport: [
      { domain: '', version: graph.opset },
      ...Object.entries(graph.origin.domains).map(([domain, version]) => ({ domain, version })),
    ],
    metadataProps: Object.entries(graph.origin.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.origin.name,
      node: [...nodes, ...copies(graph, nameOf)],
      initializer: graph.constants.map((value) => tensorProto(value.name, value.constant!)),
      input: graph.inputs.map(({ name, type }) => valueInfo(name, type)),
      output: [...graph.outputs].map(([name, { type }]) => valueInfo(name, type)),
    },
  };
}

/** A node's result that is an output takes the output's name; what else is an output is copied to that name. */
function outputNames(graph: Graph): ReadonlyMap<Value, string> {
  const names = new Map<Value, string>();
  for (const [name, value] of graph.outputs) {
    if (value.kind === 'node' && !names.has(value)) names.set(value, name);
  }
  return names;
}

const copies = (graph: Graph, nameOf: (value: Value) => string): readonly NodeProto[] =>
  [...graph.outputs].flatMap(([name, value]) =>
    nameOf(value) === name ? [] : [{ opType: 'Identity', input: [nameOf(value)], output: [name] }],
  );

function trimEnd(names: readonly string[]): readonly string[] {
  const last = names.findLastIndex((name) => name !== '');
  return names.slice(0, last + 1);
}

function valueInfo(name: string, type: TensorType | null): ValueInfoProto {
  if (type === null) return { name };
  const dim = type.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES.indexOf(type.dtype), shape: { dim } } } };
}

const tensorProto = (name: string, tensor: TensorData): TensorProto => ({
  name,
  dims: tensor.shape,
  dataType: ELEMENT_TYPES.indexOf(tensor.dtype),
  rawData: bytesOf(tensor),
});

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  switch (attribute.kind) {
    case 'int':
      return { name, type: ATTRIBUTE_TYPES.int, i: attribute.value };
    case 'float':
      return { name, type: ATTRIBUTE_TYPES.float, f: attribute.value };
    case 'text':
      return { name, type: ATTRIBUTE_TYPES.string, s: new TextEncoder().encode(attribute.value) };
    case 'ints':
      return { name, type: ATTRIBUTE_TYPES.ints, ints: attribute.value };
    case 'floats':
      return { name, type: ATTRIBUTE_TYPES.floats, floats: attribute.value };
    case 'tensor':
      return { name, type: ATTRIBUTE_TYPES.tensor, t: tensorProto('', attribute.value) };
    case 'raw':
      return attribute.value;
  }
}
