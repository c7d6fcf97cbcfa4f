import type { Graph, Node } from './graph.ts';
import { elementCount } from './tensor.ts';

/** One op of a graph: how often it is used, how much it multiplies, and what this library can do with it. */
export interface OpCount {
  readonly op: string;
  readonly nodes: number;
  /** Products with their sums, of all its nodes together; 0 for ops that are neither products nor convolutions. */
  readonly multiplyAdds: number;
  readonly known: boolean;
  readonly differentiable: boolean;
}

/** A graph's ops with their counts, the most costly first; shapes must be fixed for multiplyAdds to be counted. */
export function inventory(graph: Graph): readonly OpCount[] {
  const counts = new Map<string, OpCount>();
  for (const node of graph.nodes) {
    const { type, domain, gradient, samples } = node.op;
    const op = domain ? `${domain}.${type}` : type;
    const before = counts.get(op) ?? {
      op,
      nodes: 0,
      multiplyAdds: 0,
      known: Object.keys(samples).length > 0,
      differentiable: gradient !== undefined,
    };
    counts.set(op, { ...before, nodes: before.nodes + 1, multiplyAdds: before.multiplyAdds + multiplyAddsOf(node) });
  }
  return [...counts.values()].sort((a, b) => b.multiplyAdds - a.multiplyAdds || b.nodes - a.nodes);
}

/** How many weights a graph holds: elements of its floating-point constants of more than one element. */
export const weightCount = (graph: Graph): number =>
  graph.constants.reduce((sum, { constant }) => {
    const count = elementCount(constant!.shape);
    return /^b?float/.test(constant!.dtype) && count > 1 ? sum + count : sum;
  }, 0);

function multiplyAddsOf(node: Node): number {
  const { op, inputs, outputs } = node;
  if (op.multiplyAdds === undefined) return 0;
  const known = [...inputs, ...outputs].every((value) => value === null || value.type !== null);
  return known ? op.multiplyAdds(node) : 0;
}
