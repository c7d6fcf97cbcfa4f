import { GraphError } from '../../../../shared/errors.ts';
import type { Graph, Node, TensorType, Value } from '../graph.ts';
import type { Call } from '../op.ts';
import { isStatic } from '../shape.ts';
import { elementCount, type TensorData } from '../tensor.ts';
import { rebuild } from './rebuild.ts';

/** A constant larger than all it is made from is only stored up to this many elements. */
const LARGEST_GROWN = 1_000_000;

/**
 * Nodes whose results are known before the graph runs become constants of the results' names, as far as their ops can
 * be evaluated here. Shape arithmetic goes, and with it types that hung on it become known.
 */
export const foldConstants = (graph: Graph): Graph => rebuild(graph, { replace: constantsFor });

function constantsFor(call: Call, node: Node, graph: Graph): readonly Value[] | null {
  const tensors = evaluated(call);
  if (tensors === null || tensors.length < node.outputs.length || !tensors.every(isExact)) return null;
  return node.outputs.map(({ name }, index) =>
    name === '' ? graph.constant(tensors[index]!) : graph.constant(tensors[index]!, name),
  );
}

function evaluated(call: Call): readonly TensorData[] | null {
  const { op, inputs } = call;
  if (op.evaluate === undefined || inputs.some((input) => input !== null && input.type === null)) return null;
  try {
    return op.infer(call).every((type) => isWorthStoring(type, call)) ? op.evaluate(call) : null;
  } catch (error) {
    if (error instanceof GraphError) return null;
    throw error;
  }
}

function isWorthStoring(type: TensorType | null, { inputs }: Call): boolean {
  if (type === null || !isStatic(type.shape)) return false;
  const sizes = inputs.map((input) => input?.constant?.data.length ?? 0);
  return elementCount(type.shape) <= Math.max(LARGEST_GROWN, ...sizes);
}

/** Ops reckon with plain numbers, which hold integers only up to 2⁵³. */
const isExact = ({ data }: TensorData): boolean =>
  !(data instanceof BigInt64Array || data instanceof BigUint64Array) ||
  data.every((number: bigint) => number >= -LARGEST_EXACT && number <= LARGEST_EXACT);

const LARGEST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);
