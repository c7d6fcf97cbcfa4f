import { GraphError } from '../../../shared/errors.ts';
import { attributeProto } from './format/attribute-proto.ts';
import { capturesOf, nameValues, type ValueNames } from './format/names.ts';
import { encodeParts, type ModelProto, type NodeProto, type TensorProto, type ValueInfoProto } from './format/proto.ts';
import { tensorProto } from './format/tensor-proto.ts';
import { valueInfo } from './format/value-info.ts';
import type { Graph, Node, Value } from './graph.ts';
import { isOpaque, operandCount } from './opaque.ts';
import type { TensorData } from './tensor.ts';

/** Bytes of tensors that one file may hold: a protocol buffer ends at 2 GiB. */
export const LARGEST_FILE = 1_900_000_000;

/** The IR version of the ONNX release that brought an operator set (onnx/docs/Versioning.md); 8 serves all before. */
const IR_VERSIONS: readonly (readonly [opset: number, irVersion: number])[] = [
  [25, 13],
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [0, 8],
];

/** From which of its outputs on an op lets them be left out, so that its kernel does not compute them. */
const OPTIONAL_OUTPUTS: Readonly<Record<string, number>> = {
  BatchNormalization: 1,
  Dropout: 1,
  LayerNormalization: 1,
  MaxPool: 1,
};

/**
 * A graph as the bytes of an ONNX file: inputs, constants as initializers, nodes in order, and named outputs. Throws
 * GraphError for a graph of more than 1.9 GB, which `writeModel` can write, and for an input that has an output's name.
 */
export function encodeGraph(graph: Graph): Uint8Array {
  const bytes = graph.constants.reduce((sum, { constant }) => sum + constant!.data.byteLength, 0);
  if (bytes > LARGEST_FILE) {
    throw new GraphError(`The graph’s tensors have ${bytes} bytes, more than one ONNX file holds; write it to disk.`);
  }
  return Buffer.concat(encodeParts(modelOf(graph, tensorProto)));
}

/** A graph as an ONNX model whose initializers are as `store` makes them. */
export function modelOf(graph: Graph, store: (name: string, tensor: TensorData) => TensorProto): ModelProto {
  const names = nameValues(graph);
  const { name, producer, metadata, domains, kept, declared } = graph.origin;
  const [, irVersion] = IR_VERSIONS.find(([opset]) => opset <= graph.opset)!;
  return {
    ...kept.model,
    irVersion: Math.max(irVersion, kept.model.irVersion ?? 0),
    producerName: producer,
    opsetImport: [
      { domain: '', version: graph.opset },
      ...Object.entries(domains).map(([domain, version]) => ({ domain, version })),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      ...kept.graph,
      name,
      node: [...nodesOf(graph, names), ...copies(graph, names)],
      initializer: graph.constants.map((value) => store(names.get(value)!, value.constant!)),
      input: graph.inputs.map((input) => valueInfo(input.name, input.type, declared.get(input.name))),
      output: [...graph.outputs].map(([output, { type }]) => valueInfo(output, type, declared.get(output))),
      valueInfo: graph.nodes.flatMap((node) => typesOnlyKnownHere(graph, node, names)),
    },
  };
}

/** The nodes, each after the copies that give values the names by which its graphs read them. */
function nodesOf(graph: Graph, names: ValueNames): readonly NodeProto[] {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  for (const value of graph.outputs.values()) read.add(value);
  const copied = new Map<string, Value>();
  return graph.nodes.flatMap((node) => {
    const missing = capturesOf(node).filter(([name, value]) => names.get(value) !== name && !copied.has(name));
    for (const [name, value] of missing) copied.set(name, value);
    return [...missing.map(([name, value]) => copyOf(names.get(value)!, name)), nodeProto(node, names, read)];
  });
}

function nodeProto(node: Node, names: ValueNames, read: ReadonlySet<Value | null>): NodeProto {
  const { op, name, inputs, outputs, attributes } = node;
  const operands = inputs.slice(0, operandCount(op, inputs.length));
  const firstOptional = op.domain ? Number.POSITIVE_INFINITY : (OPTIONAL_OUTPUTS[op.type] ?? Number.POSITIVE_INFINITY);
  return {
    name,
    opType: op.type,
    domain: op.domain ?? '',
    ...(isOpaque(op) && op.overload !== '' && { overload: op.overload }),
    input: trimEnd(operands.map((value) => (value === null ? '' : names.get(value)!))),
    output: trimEnd(outputs.map((value, at) => (at < firstOptional || read.has(value) ? names.get(value)! : ''))),
    attribute: Object.entries(attributes).map(([key, attribute]) => attributeProto(key, attribute)),
  };
}

const copies = (graph: Graph, names: ValueNames): readonly NodeProto[] =>
  [...graph.outputs].flatMap(([name, value]) => (names.get(value) === name ? [] : [copyOf(names.get(value)!, name)]));

const copyOf = (from: string, to: string): NodeProto => ({ opType: 'Identity', input: [from], output: [to] });

function trimEnd(names: readonly string[]): readonly string[] {
  const last = names.findLastIndex((name) => name !== '');
  return names.slice(0, last + 1);
}

/** Types that a reader of the file could not work out again: those that only the file it came from told. */
function typesOnlyKnownHere(graph: Graph, { op, inputs, outputs }: Node, names: ValueNames): readonly ValueInfoProto[] {
  const isInferred = !isOpaque(op) && inputs.every((input) => input === null || input.type !== null);
  return outputs.flatMap((value) => {
    const name = names.get(value)!;
    if (name === '' || isInferred || graph.outputs.has(name)) return [];
    const declared = graph.origin.declared.get(name);
    return value.type === null && declared === undefined ? [] : [valueInfo(name, value.type, declared)];
  });
}
