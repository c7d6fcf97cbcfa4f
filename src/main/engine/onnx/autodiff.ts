import { GraphError } from '../../../shared/errors.ts';
import { type Graph, type Node, scalarLike, type Value } from './graph.ts';
import { add } from './ops/arithmetic.ts';
import { reduceSum } from './ops/reduce.ts';
import { sumOfRows } from './ops/row-sums.ts';
import { expand, reshape } from './ops/shaping.ts';
import { broadcastAxes, sameShape } from './shape.ts';
import { isFloat } from './tensor.ts';

/**
 * Reverse-mode differentiation: adds to the graph, in standard ONNX ops only, the nodes that compute
 * Σ cotangent · ∂output/∂v for each value v of `wrt`, and returns those sums, each of its v's shape. `cotangent` has
 * the output's shape; left out, it is all ones. What `output` does not depend on gets zeros. Throws GraphError for
 * an op without a gradient, for values that are not floating point and for a cotangent of another shape.
 */
export function gradients(graph: Graph, output: Value, wrt: readonly Value[], cotangent?: Value): readonly Value[] {
  for (const value of [output, ...wrt]) {
    if (!isFloat(value.dtype)) throw new GraphError(`“${value}” has no gradient: it is not floating point.`);
  }
  if (cotangent && !sameShape(cotangent.shape, output.shape)) {
    throw new GraphError(`The cotangent “${cotangent}” must have the shape of “${output}”.`);
  }
  const nodes = [...graph.nodes];
  const wanted = dependents(nodes, wrt);
  const cotangents = new Cotangents();
  cotangents.contribute(output, cotangent ?? filledLike(output, 1));
  for (const node of nodes.reverse()) {
    if (!node.inputs.some((input) => input !== null && wanted.has(input))) continue;
    const arrived = node.outputs.map((value) => cotangents.of(value));
    if (arrived.every((value) => value === null)) continue;
    const vjps = vjpsOf(node, arrived);
    for (const [index, input] of node.inputs.entries()) {
      const vjp = vjps[index];
      if (vjp && input !== null && wanted.has(input)) cotangents.contribute(input, undoBroadcast(vjp(), input));
    }
  }
  return wrt.map((value) => cotangents.of(value) ?? filledLike(value, 0));
}

/** `wrt` and every floating-point value computed from it: the only ones whose cotangents are worth computing. */
function dependents(nodes: readonly Node[], wrt: readonly Value[]): ReadonlySet<Value> {
  const found = new Set(wrt);
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((input) => input !== null && found.has(input))) continue;
    for (const output of outputs) {
      if (output.type === null || isFloat(output.dtype)) found.add(output);
    }
  }
  return found;
}

function vjpsOf(node: Node, cotangents: readonly (Value | null)[]): ReturnType<NonNullable<Node['op']['gradient']>> {
  const { op, name, inputs } = node;
  if (op.gradient !== undefined) return op.gradient(node, cotangents);
  const operands = inputs.map((input) => (input === null ? '–' : String(input))).join(', ');
  const label = op.domain ? `${op.domain}.${op.type}` : op.type;
  throw new GraphError(`${label}(${operands})${name === '' ? '' : ` “${name}”`} has no gradient here.`);
}

/** What has come back to each value so far, summed only when it is read. */
class Cotangents {
  readonly #parts = new Map<Value, Value[]>();

  contribute(value: Value, part: Value): void {
    const parts = this.#parts.get(value);
    if (parts === undefined) this.#parts.set(value, [part]);
    else parts.push(part);
  }

  of(value: Value): Value | null {
    const parts = this.#parts.get(value);
    if (parts === undefined) return null;
    const sum = parts.reduce((total, part) => add(total, part));
    this.#parts.set(value, [sum]);
    return sum;
  }
}

/** Sums a cotangent over the axes along which its operand was repeated, so that no op's gradient has to. */
function undoBroadcast(cotangent: Value, operand: Value): Value {
  if (sameShape(cotangent.shape, operand.shape)) return cotangent;
  const axes = broadcastAxes(operand.shape, cotangent.shape);
  const isRow = cotangent.rank > 1 && axes.length === cotangent.rank - 1 && !axes.includes(axes.length);
  const sum = axes.length === 0 ? cotangent : isRow ? sumOfRows(cotangent) : reduceSum(cotangent, axes, true);
  return sameShape(sum.shape, operand.shape) ? sum : reshape(sum, operand.shape);
}

const filledLike = (value: Value, number: number): Value => expand(scalarLike(value, number), value.shape);
