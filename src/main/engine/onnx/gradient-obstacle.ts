import { GraphError } from '../../../shared/errors.ts';
import { gradients } from './autodiff.ts';
import type { Graph, Node, Value } from './graph.ts';
import { opName } from './inventory.ts';
import { isFloat } from './tensor.ts';

/**
 * Why a graph's floating-point outputs cannot be differentiated in its inputs, in a sentence; null where they can. An
 * input of bytes stands for what is first computed from it. Adds the gradients to the graph to find out.
 */
export function gradientObstacle(graph: Graph): string | null {
  const wrt = floatingEntries(graph);
  const outputs = [...graph.outputs.values()].filter((value) => value.type === null || isFloating(value));
  if (wrt.length === 0) return 'Nothing of floating point is computed from the inputs.';
  if (outputs.length === 0) return 'None of the outputs is floating point.';
  const missing = new Set(
    nodesBetween(graph, wrt, outputs).flatMap((node) => (node.op.gradient ? [] : [opName(node)])),
  );
  if (missing.size > 0) return `${[...missing].join(', ')} ${missing.size === 1 ? 'has' : 'have'} no gradient here.`;
  try {
    for (const output of outputs) gradients(graph, output, wrt);
    return null;
  } catch (error) {
    if (error instanceof GraphError) return error.message;
    throw error;
  }
}

const isFloating = ({ type }: Value): boolean => type !== null && isFloat(type.dtype);

/** The inputs that are floating point, and for the others the first values that are, such as the pixels' cast. */
function floatingEntries({ inputs, nodes }: Graph): readonly Value[] {
  const whole = new Set(inputs.filter((input) => !isFloating(input)));
  const found = inputs.filter(isFloating);
  for (const node of nodes) {
    if (!node.inputs.some((input) => input !== null && whole.has(input))) continue;
    for (const output of node.outputs) {
      if (isFloating(output)) found.push(output);
      else whole.add(output);
    }
  }
  return found;
}

/** The nodes by which `outputs` may depend on `wrt` smoothly. */
function nodesBetween({ nodes }: Graph, wrt: readonly Value[], outputs: readonly Value[]): readonly Node[] {
  const reached = new Set<Value | null>(wrt);
  const forward = nodes.filter((node) => {
    if (!node.inputs.some((input) => input !== null && reached.has(input))) return false;
    for (const output of node.outputs) if (output.type === null || isFloating(output)) reached.add(output);
    return true;
  });
  const needed = new Set<Value | null>(outputs);
  return forward.toReversed().filter((node) => {
    if (!node.outputs.some((output) => needed.has(output) && reached.has(output))) return false;
    for (const input of node.inputs) needed.add(input);
    return true;
  });
}
