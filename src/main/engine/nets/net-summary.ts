import type { NetSummary } from '../../../shared/contract/nets.ts';
import type { TensorInfo } from '../../../shared/model-spec.ts';
import { readDeclared } from '../onnx/format/value-info.ts';
import { gradientObstacle } from '../onnx/gradient-obstacle.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { costOf, inventory, opName, weightCount } from '../onnx/inventory.ts';
import { fixShapes } from '../onnx/passes/fix-shapes.ts';
import { foldConstants } from '../onnx/passes/fold.ts';
import { isStatic } from '../onnx/shape.ts';
import { buildVariant, parameterCount } from './variant-summary.ts';
import type { Variant } from './variants.ts';

/** Fixed shapes of inputs by name, for those whose file leaves more open than the batch. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** What a decoded file computes: its ops as the file has them, and their cost for one item of a batch. */
export function summariseGraph(graph: Graph, name: string, shapes: InputShapes, trace: boolean): NetSummary {
  const fixed = foldConstants(fixShapes(graph, { ...singleItems(graph), ...shapes }));
  const [first] = fixed.inputs;
  const items = first?.type ? Math.max(1, Number(first.shape[0] ?? 1)) : 1;
  const costs = new Map(inventory(fixed).map(({ op, multiplyAdds }) => [op, multiplyAdds / items]));
  const { producer, kept } = graph.origin;
  return {
    ...summaryOf(graph, fixed, trace, (op) => costs.get(op) ?? 0),
    name,
    producer: [producer, kept.model.producerVersion].filter(Boolean).join(' '),
    inputs: graph.inputs.map((input) => tensorInfo(graph, input.name, input)),
    outputs: [...graph.outputs].map(([output, value]) => tensorInfo(graph, output, value)),
    parameters: weightCount(graph),
  };
}

/** What a named network computes for one face; no weights are made for it. */
export function summariseVariantGraph(variant: Variant, trace: boolean): NetSummary {
  const { graph, input, outputs, specs } = buildVariant(variant);
  graph.output('output', outputs.output);
  if (outputs.embedding !== undefined) graph.output('embedding', outputs.embedding);
  const costs = new Map(inventory(graph).map(({ op, multiplyAdds }) => [op, multiplyAdds]));
  return {
    ...summaryOf(graph, graph, trace, (op) => costs.get(op)!),
    name: variant.name,
    producer: graph.origin.producer,
    inputs: [tensorInfo(graph, input.name, input)],
    outputs: [...graph.outputs].map(([output, value]) => tensorInfo(graph, output, value)),
    parameters: parameterCount(specs),
  };
}

type Common = Pick<
  NetSummary,
  'opset' | 'nodes' | 'multiplyAdds' | 'flops' | 'ops' | 'unknownShapes' | 'gradientObstacle' | 'trace'
>;

function summaryOf(graph: Graph, fixed: Graph, trace: boolean, multiplyAddsOf: (op: string) => number): Common {
  const ops = inventory(graph)
    .map((entry) => ({ ...entry, ...costOf(multiplyAddsOf(entry.op)) }))
    .sort((a, b) => b.multiplyAdds - a.multiplyAdds || b.nodes - a.nodes);
  const computed = fixed.nodes.flatMap(({ outputs }) => outputs).filter(({ name }) => name !== '');
  const common = {
    opset: graph.opset,
    nodes: graph.nodes.length,
    ...costOf(ops.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0)),
    ops,
    unknownShapes: computed.filter(({ type }) => type === null || !isStatic(type.shape)).length,
    trace: trace ? traceOf(fixed) : null,
  };
  return { ...common, gradientObstacle: gradientObstacle(fixed) };
}

const traceOf = ({ nodes }: Graph): NonNullable<NetSummary['trace']> =>
  nodes.map((node) => ({
    op: opName(node),
    name: node.name,
    outputs: node.outputs.map((value) => ({
      name: value.name,
      dtype: value.type?.dtype ?? null,
      shape: value.type === null ? null : [...value.type.shape],
    })),
  }));

/** The inputs whose only open dimension is the batch, with one item. */
function singleItems(graph: Graph): InputShapes {
  const known = graph.inputs.flatMap((input) => {
    if (input.type === null || input.rank === 0) return [];
    const [batch, ...rest] = input.shape;
    return typeof batch === 'string' && isStatic(rest) ? [[input.name, [1, ...rest]] as const] : [];
  });
  return Object.fromEntries(known);
}

/** A tensor of the interface; what a Graph cannot say of its type is as the file declares it. */
function tensorInfo(graph: Graph, name: string, { type }: Value): TensorInfo {
  const declared = type ?? readDeclared(graph.origin.declared.get(name));
  const shape = (declared?.shape ?? ['?']).map((dim) => dim ?? '?');
  return { name, dtype: declared?.dtype ?? 'undefined', shape };
}
