import type { Graph, Node, Value } from '../graph.ts';
import { rebuild } from './rebuild.ts';

/** Without the nodes and constants on which no output depends. Inputs stay, read or not, unless told otherwise. */
export function pruneDead(graph: Graph, { keepInputs = true } = {}): Graph {
  const live = livePartsOf(graph);
  return rebuild(graph, { keeps: (part) => live.has(part) || (keepInputs && 'kind' in part && part.kind === 'input') });
}

function livePartsOf(graph: Graph): ReadonlySet<Value | Node> {
  const live = new Set<Value | Node | null>(graph.outputs.values());
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    live.add(node);
    for (const input of node.inputs) live.add(input);
  }
  return live as ReadonlySet<Value | Node>;
}
