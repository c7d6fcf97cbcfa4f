import { GraphError } from '../../../../shared/errors.ts';
import { int, numberAttribute } from '../attributes.ts';
import { inferSame } from '../elementwise.ts';
import { apply, type Node, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { normaliseAxis } from '../shape.ts';
import { exp, mul, sub } from './arithmetic.ts';
import { reduceSum } from './reduce.ts';

/** eˣ ÷ Σ eˣ along an axis. Throws GraphError for another axis than the last below operator set 13. */
export const softmax = (x: Value, axis = -1): Value => along(Softmax, x, axis);

/** The logarithm of softmax, computed without underflow; the same holds for its axis. */
export const logSoftmax = (x: Value, axis = -1): Value => along(LogSoftmax, x, axis);

function along(op: OpDefinition, x: Value, axis: number): Value {
  const counted = normaliseAxis(axis, x.rank);
  if (x.graph.opset < 13 && counted < x.rank - 1) {
    throw new GraphError(
      `${op.type} of axis ${axis} needs operator set 13; this graph is written in ${x.graph.opset}.`,
    );
  }
  return apply(op, [x], { axis: int(counted) });
}

/** The axes whose elements sum to 1: one, or below operator set 13 all from `axis` on. */
function axesOf(node: Node): readonly number[] {
  const { rank } = node.inputs[0]!;
  const since13 = node.opset >= 13;
  const first = normaliseAxis(numberAttribute(node, 'axis', since13 ? -1 : 1), rank);
  return since13 ? [first] : Array.from({ length: rank - first }, (_, index) => first + index);
}

function inferSoftmax(call: Call): ReturnType<OpDefinition['infer']> {
  normaliseAxis(numberAttribute(call, 'axis', call.opset >= 13 ? -1 : 1), call.inputs[0]!.rank);
  return inferSame(call);
}

const samplesOf = (build: (x: Value, axis?: number) => Value): OpDefinition['samples'] => ({
  'the last axis': (random) => ({ inputs: [random.uniform(random.shape(3), -2, 2)], build: (x) => build(x!) }),
  'any axis': (random) => {
    const axis = random.integer(-3, 2);
    return { inputs: [random.uniform(random.shape(3), -2, 2)], build: (x) => build(x!, axis) };
  },
});

export const Softmax: OpDefinition = {
  type: 'Softmax',
  infer: inferSoftmax,
  gradient: (node, [dy]) => [
    () => {
      const [y] = node.outputs;
      return mul(y!, sub(dy!, reduceSum(mul(dy!, y!), axesOf(node), true)));
    },
  ],
  samples: samplesOf(softmax),
};

export const LogSoftmax: OpDefinition = {
  type: 'LogSoftmax',
  infer: inferSoftmax,
  gradient: (node, [dy]) => [() => sub(dy!, mul(exp(node.outputs[0]!), reduceSum(dy!, axesOf(node), true)))],
  samples: samplesOf(logSoftmax),
};
