import type { GraphSummary, TensorInfo } from '../../../../shared/model-spec.ts';
import { ELEMENT_TYPES, type ElementType, type ModelProto, type TensorProto, type ValueInfoProto } from './proto.ts';

/** Initializers of these types hold shapes, indices and flags rather than weights. */
const NOT_WEIGHTS: readonly ElementType[] = ['int32', 'int64', 'bool', 'string'];

/**
 * What a model's file says of itself: opset of the standard domain, producer, node count, parameters (numbers in the
 * initializers, wherever they are stored, integers and flags left out), inputs, outputs and metadata.
 */
export function summarise(model: ModelProto): GraphSummary {
  const { graph } = model;
  const initializers = graph.initializer ?? [];
  const stored = new Set(initializers.map(({ name }) => name));
  const standard = model.opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx');
  return {
    opset: standard?.version ?? 0,
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    nodes: graph.node?.length ?? 0,
    parameters: initializers.reduce((sum, tensor) => sum + weightsIn(tensor), 0),
    inputs: (graph.input ?? []).filter(({ name }) => !stored.has(name)).map(tensorInfo),
    outputs: (graph.output ?? []).map(tensorInfo),
    metadata: Object.fromEntries((model.metadataProps ?? []).map(({ key, value }) => [key, value])),
  };
}

function weightsIn({ dims = [], dataType = 0 }: TensorProto): number {
  if (NOT_WEIGHTS.includes(ELEMENT_TYPES[dataType] ?? 'undefined')) return 0;
  return dims.reduce((product, dim) => product * dim, 1);
}

function tensorInfo({ name, type }: ValueInfoProto): TensorInfo {
  const tensor = type?.tensorType;
  return {
    name,
    dtype: ELEMENT_TYPES[tensor?.elemType ?? 0] ?? 'undefined',
    shape: (tensor?.shape?.dim ?? []).map(({ dimValue, dimParam }) => dimValue ?? dimParam ?? '?'),
  };
}
