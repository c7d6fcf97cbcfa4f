import type { Graph, Node, Value } from './graph.ts';
import { isOpaque } from './opaque.ts';
import { isStatic } from './shape.ts';
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

/** A graph's ops with their counts, the most costly first; only nodes of fixed shapes count to multiplyAdds. */
export function inventory(graph: Graph): readonly OpCount[] {
  const counts = new Map<string, OpCount>();
  for (const node of graph.nodes) {
    const op = opName(node);
    const differentiable = node.op.gradient !== undefined;
    const before = counts.get(op) ?? { op, nodes: 0, multiplyAdds: 0, known: !isOpaque(node.op), differentiable };
    counts.set(op, { ...before, nodes: before.nodes + 1, multiplyAdds: before.multiplyAdds + multiplyAddsOf(node) });
  }
  return [...counts.values()].sort((a, b) => b.multiplyAdds - a.multiplyAdds || b.nodes - a.nodes);
}

/** A node's op with the domain that it is of, unless that is the standard's. */
export const opName = ({ op: { type, domain } }: Node): string => (domain ? `${domain}.${type}` : type);

/** How many weights a graph holds: elements of its floating-point constants of more than one element. */
export const weightCount = (graph: Graph): number =>
  graph.constants.reduce((sum, { constant }) => {
    const count = elementCount(constant!.shape);
    return /^b?float/.test(constant!.dtype) && count > 1 ? sum + count : sum;
  }, 0);

function multiplyAddsOf(node: Node): number {
  const { op, inputs, outputs } = node;
  return op.multiplyAdds !== undefined && [...inputs, ...outputs].every(isFixed) ? op.multiplyAdds(node) : 0;
}

const isFixed = (value: Value | null): boolean => value === null || (value.type !== null && isStatic(value.shape));

/** A cost in both units: a multiply-add is two floating-point operations. */
export const costOf = (multiplyAdds: number): { readonly multiplyAdds: number; readonly flops: number } => ({
  multiplyAdds,
  flops: 2 * multiplyAdds,
});
