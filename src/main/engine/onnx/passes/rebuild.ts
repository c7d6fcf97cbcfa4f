import { GraphError } from '../../../../shared/errors.ts';
import { innerNames } from '../format/names.ts';
import { Graph, type GraphOrigin, type Node, type TensorType, type Value } from '../graph.ts';
import type { Call } from '../op.ts';

/** What differs in the new graph; whatever is left out is as in the old one. */
export interface RebuildHooks {
  /** False for an input, constant or node to leave out; nothing that stays may read it. */
  readonly keeps?: (part: Value | Node) => boolean;
  /** The type of an input; of a node's output where its shape rule does not tell. */
  readonly typeOf?: (old: Value) => TensorType | null;
  /** A value of the new graph that stands for an old one wherever that is read; null for its copy. */
  readonly substitute?: (old: Value, graph: Graph) => Value | null;
  /** Values of the new graph that stand for a node's outputs; null to copy the node. `call` has the new operands. */
  readonly replace?: (call: Call, node: Node, graph: Graph) => readonly Value[] | null;
  /** False for an output to leave out. */
  readonly keepsOutput?: (name: string) => boolean;
  /** What the file says of itself. */
  readonly origin?: GraphOrigin;
}

/**
 * A new graph made by going through an old one in its order: names and tensors are the same, shape rules run again.
 * Every pass is this with hooks of its own.
 */
export function rebuild(old: Graph, hooks: RebuildHooks = {}): Graph {
  const { keeps = () => true, typeOf = ({ type }) => type, substitute, replace, keepsOutput = () => true } = hooks;
  const graph = new Graph(old.opset, hooks.origin ?? old.origin);
  for (const node of old.nodes) graph.reserve([...node.outputs.map(({ name }) => name), ...innerNames(node)]);
  graph.reserve([...old.inputs, ...old.constants].map(({ name }) => name));
  const made = new Map<Value, Value>();
  const valueFor = (value: Value): Value => {
    const found = made.get(value);
    if (found !== undefined) return found;
    throw new GraphError(`“${value.name}” was left out of the graph, but is read there.`);
  };
  for (const input of old.inputs.filter(keeps)) {
    made.set(input, substitute?.(input, graph) ?? graph.untypedInput(input.name, typeOf(input)));
  }
  for (const constant of old.constants.filter(keeps)) {
    made.set(constant, substitute?.(constant, graph) ?? graph.constant(constant.constant!, constant.name));
  }
  for (const node of old.nodes.filter(keeps)) {
    const call = { ...node, inputs: node.inputs.map((input) => input && valueFor(input)) };
    const standIns = node.outputs.map((output) => substitute?.(output, graph) ?? null);
    const values = standIns.includes(null)
      ? (replace?.(call, node, graph) ?? copyNode(call, node, graph, typeOf, standIns))
      : [];
    for (const [index, output] of node.outputs.entries()) made.set(output, standIns[index] ?? values[index]!);
  }
  for (const [name, value] of old.outputs) if (keepsOutput(name)) graph.output(name, valueFor(value));
  return graph;
}

/** Adds a node like an old one. An output that something else stands for leaves it its name. */
export function copyNode(
  { op, inputs, attributes }: Call,
  { name, outputs }: Node,
  graph: Graph,
  typeOf: (old: Value) => TensorType | null = ({ type }) => type,
  standIns: readonly (Value | null)[] = [],
): readonly Value[] {
  const names = outputs.map((output, index) => (standIns[index] ? `${output.name}_computed` : output.name));
  return graph.add(op, inputs, attributes, names, name, outputs.map(typeOf));
}
