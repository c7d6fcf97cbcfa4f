import { GraphError } from '../../../shared/errors.ts';
import type { Attributes } from './attributes.ts';
import { readAttribute } from './format/attribute-proto.ts';
import { ATTRIBUTE_TYPES, type AttributeProto, decodeModel, type ModelProto, type NodeProto } from './format/proto.ts';
import { allNames, capturedNames } from './format/subgraph.ts';
import { type ExternalData, readTensor } from './format/tensor-proto.ts';
import { declaredType } from './format/value-info.ts';
import { DEFAULT_OPSET, Graph, type GraphOrigin, type Value } from './graph.ts';
import type { OpDefinition } from './op.ts';
import { opaqueOp } from './opaque.ts';
import { findOp } from './ops/index.ts';
import { type TensorData, tensorOf } from './tensor.ts';

export interface DecodeOptions {
  /** How to read what the model keeps in files beside it; left out, such a model is refused. */
  readonly externalData?: ExternalData;
}

/**
 * Reads an ONNX file of any tool into a Graph, keeping every name. Ops that this library does not know stay as they
 * are, and types that neither shape rules nor the file tell are unknown. Throws GraphError for what is no ONNX model.
 */
export function decodeGraph(bytes: Uint8Array, { externalData }: DecodeOptions = {}): Graph {
  const model = readModelProto(bytes);
  const { graph } = model;
  const reader = new GraphReader(model, externalData);
  reader.readStored();
  for (const node of graph.node ?? []) reader.readNode(node);
  reader.readOutputs();
  return reader.graph;
}

function readModelProto(bytes: Uint8Array): ModelProto {
  const refusal = 'These bytes are no ONNX model, or are cut short.';
  let model: ModelProto;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    throw new GraphError(refusal, {}, error);
  }
  if (model.graph === undefined || !model.graph.output?.length) throw new GraphError(refusal);
  return model;
}

const isStandard = (domain = ''): boolean => domain === '' || domain === 'ai.onnx';

function originOf(model: ModelProto): GraphOrigin {
  const { irVersion, producerVersion, domain, modelVersion, docString, functions, graph } = model;
  const declarations = [...(graph.valueInfo ?? []), ...(graph.output ?? []), ...(graph.input ?? [])];
  return {
    name: graph.name ?? '',
    producer: model.producerName ?? '',
    metadata: Object.fromEntries((model.metadataProps ?? []).map(({ key, value }) => [key, value])),
    domains: Object.fromEntries(
      (model.opsetImport ?? []).flatMap((set) => (isStandard(set.domain) ? [] : [[set.domain, set.version]])),
    ),
    kept: {
      model: { irVersion, producerVersion, domain, modelVersion, docString, functions } as Partial<ModelProto>,
      graph: graph.docString === undefined ? {} : { docString: graph.docString },
    },
    declared: new Map(declarations.flatMap(({ name, type }) => (type === undefined ? [] : [[name, type]]))),
  };
}

/** A graph in the making and its values by the names that the file gives them. */
class GraphReader {
  readonly graph: Graph;
  readonly #model: ModelProto;
  readonly #external: ExternalData | undefined;
  readonly #values = new Map<string, Value>();

  constructor(model: ModelProto, external: ExternalData | undefined) {
    const standard = model.opsetImport?.find(({ domain }) => isStandard(domain));
    this.graph = new Graph(standard?.version ?? DEFAULT_OPSET, originOf(model));
    this.graph.reserve(allNames(model.graph));
    this.#model = model;
    this.#external = external;
  }

  /** Inputs and initializers; an input with an initializer is a constant, as old files have it. */
  readStored(): void {
    const { input = [], initializer = [], sparseInitializer = [] } = this.#model.graph;
    const stored = new Set(initializer.map(({ name }) => name));
    for (const { name } of input) {
      if (!stored.has(name)) this.#values.set(name, this.graph.untypedInput(name, this.#declared(name)));
    }
    for (const tensor of initializer) {
      const attribute = { name: 'value', type: ATTRIBUTE_TYPES.tensor, t: tensor };
      this.#constant(tensor.name ?? '', readTensor(tensor, this.#external), attribute);
    }
    for (const sparseTensor of sparseInitializer) {
      const attribute = { name: 'sparse_value', type: ATTRIBUTE_TYPES.sparseTensor, sparseTensor };
      this.#constant(sparseTensor.values?.name ?? '', null, attribute);
    }
  }

  readNode(node: NodeProto): void {
    const { name, opType, domain = '', output = [], input = [], overload = '', attribute = [] } = node;
    const attributes = this.#attributes(attribute);
    const tensor = opType === 'Constant' && isStandard(domain) ? constantOf(attributes) : null;
    if (tensor !== null) {
      this.#constant(output[0] ?? '', tensor, attribute[0]!);
      return;
    }
    const captures = capturedNames(node);
    const op = opFor(opType, domain, captures, overload);
    const inputs = [...input, ...captures].map((from) => (from === '' ? null : this.#value(from, node)));
    const known = output.map((to) => this.#declared(to));
    const values = this.graph.add(op, inputs, attributes, output, name, known);
    for (const [index, to] of output.entries()) if (to !== '') this.#values.set(to, values[index]!);
  }

  readOutputs(): void {
    for (const { name } of this.#model.graph.output ?? []) {
      const value = this.#values.get(name);
      if (value === undefined) throw new GraphError(`Nothing computes the output “${name}”.`);
      this.graph.output(name, value);
    }
  }

  /** What a Graph cannot hold as a constant, such as strings, stays the attribute of a Constant node. */
  #constant(name: string, tensor: TensorData | null, attribute: AttributeProto): void {
    if (tensor !== null) {
      this.#values.set(name, this.graph.constant(tensor, name));
    } else {
      const attributes = this.#attributes([attribute]);
      this.#values.set(name, this.graph.add(opaqueOp('Constant', ''), [], attributes, [name])[0]!);
    }
  }

  #attributes(attributes: readonly AttributeProto[]): Attributes {
    return Object.fromEntries(
      attributes.map((attribute) => [attribute.name, readAttribute(attribute, this.#external)]),
    );
  }

  #declared(name: string) {
    return declaredType(this.graph.origin.declared.get(name), `${name}_batch`);
  }

  #value(name: string, { opType, name: node = '' }: NodeProto): Value {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    throw new GraphError(
      `${opType}${node === '' ? '' : ` “${node}”`} reads “${name}”, which nothing before it computes.`,
    );
  }
}

function opFor(type: string, domain: string, captures: readonly string[], overload: string): OpDefinition {
  const known = captures.length === 0 && overload === '' ? findOp(type, domain) : undefined;
  return known ?? opaqueOp(type, domain, captures, overload);
}

/** The tensor that a Constant node stands for, in whichever of its attributes it is; null for strings. */
function constantOf(attributes: Attributes): TensorData | null {
  const { value, value_float, value_floats, value_int, value_ints } = attributes;
  if (value?.kind === 'tensor') return value.value;
  if (value_float?.kind === 'float') return tensorOf('float32', [], [value_float.value]);
  if (value_floats?.kind === 'floats') return tensorOf('float32', [value_floats.value.length], value_floats.value);
  if (value_int?.kind === 'int') return { dtype: 'int64', shape: [], data: longs([value_int.value]) };
  if (value_ints?.kind === 'ints') {
    return { dtype: 'int64', shape: [value_ints.value.length], data: longs(value_ints.value) };
  }
  return null;
}

/** The largest int64, which stands for “to the end”, is 2⁶³ as a plain number. */
const longs = (numbers: readonly number[]): BigInt64Array<ArrayBuffer> =>
  new BigInt64Array(numbers.map((number) => (number >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(number))));
