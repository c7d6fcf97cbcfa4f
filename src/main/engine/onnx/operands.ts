import { listAttribute } from './attributes.ts';
import type { Call } from './op.ts';
import { numbersOf } from './tensor.ts';

/**
 * A list that newer operator sets take as operand `index` and older ones as the attribute `name`, such as axes.
 * Undefined where the node has neither; null where it is an operand that is only known when the graph runs.
 */
export function listOf(call: Call, index: number, name: string): readonly number[] | null | undefined {
  const operand = call.inputs[index] ?? null;
  if (operand === null) return listAttribute(call, name, undefined);
  return operand.constant === null ? null : numbersOf(operand.constant);
}
