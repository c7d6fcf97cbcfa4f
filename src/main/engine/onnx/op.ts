import type { Attributes } from './attributes.ts';
import type { Node, TensorType, Value } from './graph.ts';
import type { SampleMaker } from './sample.ts';
import type { TensorData } from './tensor.ts';

/** One use of an op before its outputs exist: what a shape rule sees. Optional operands left out are null. */
export interface Call {
  readonly op: OpDefinition;
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  readonly outputCount: number;
  /** Version of the standard operator set that the graph is written in. */
  readonly opset: number;
}

/** Adds the nodes that compute one operand's cotangent. It may still have the result's broadcast shape. */
export type Vjp = () => Value;

/**
 * All that is known of one ONNX op. A new op is one of these in a file of its family and its name in `ops/index.ts`;
 * decoding, shape checks, autodiff, folding and the loop tests then know it.
 */
export interface OpDefinition {
  /** The op_type of the ONNX standard. */
  readonly type: string;
  /** The operator set's domain; the standard's own is ''. */
  readonly domain?: string;
  /**
   * The outputs' element types and shapes, `call.outputCount` of them; null for one that the operands do not
   * determine. Only called with operands of known types. Throws GraphError for operands that do not fit.
   */
  readonly infer: (call: Call) => readonly (TensorType | null)[];
  /**
   * The vector-Jacobian product, an entry an operand: null where nothing flows (indices, shapes, conditions).
   * `cotangents` has one entry an output, null where nothing came back from it. Absent for ops without a gradient.
   */
  readonly gradient?: (node: Node, cotangents: readonly (Value | null)[]) => readonly (Vjp | null)[];
  /** The outputs computed in JavaScript where the operands are constants; null where it cannot. For folding. */
  readonly evaluate?: (call: Call) => readonly TensorData[] | null;
  /** Products with their sums in one run of the node, for ops that are products or convolutions; shapes are fixed. */
  readonly multiplyAdds?: (node: Node) => number;
  /** Random cases by name, from which the loop tests check shape rule, gradient and evaluation. */
  readonly samples: Readonly<Record<string, SampleMaker>>;
}
