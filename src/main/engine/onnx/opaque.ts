import type { OpDefinition } from './op.ts';

/**
 * An op that this library does not know, as a file has it: it is written again as it was read, its types stay unknown
 * and it has no gradient. What its graphs read by name from the graph around them are its last operands.
 */
export interface OpaqueOp extends OpDefinition {
  readonly isOpaque: true;
  /** Names that the node's graphs read from the graph around them, one for each of the node's last inputs. */
  readonly captures: readonly string[];
  /** Tells functions of the same name and domain in one file apart. */
  readonly overload: string;
}

export const isOpaque = (op: OpDefinition): op is OpaqueOp => 'isOpaque' in op;

/** An unknown op by its type and domain. */
export const opaqueOp = (type: string, domain: string, captures: readonly string[] = [], overload = ''): OpaqueOp => ({
  type,
  domain,
  captures,
  overload,
  isOpaque: true,
  infer: ({ outputCount }) => Array.from({ length: outputCount }, () => null),
  samples: {},
});

/** How many of a node's inputs are operands; the others are read by name. */
export const operandCount = (op: OpDefinition, inputCount: number): number =>
  isOpaque(op) ? inputCount - op.captures.length : inputCount;
