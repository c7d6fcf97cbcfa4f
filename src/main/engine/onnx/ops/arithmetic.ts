import { evaluateElementwise, inferElementwise } from '../elementwise.ts';
import { apply, type Node, scalarLike, type Value } from '../graph.ts';
import type { OpDefinition } from '../op.ts';
import { isFloat } from '../tensor.ts';
import { and, equal, indicator, not, sign } from './comparison.ts';

/** A tensor or a number that becomes a constant of the other operand's type. */
export type Operand = Value | number;

/** A number as a constant of the type of `other`, which must be a tensor then. */
export const toValue = (operand: Operand, other: Operand): Value =>
  typeof operand === 'number' ? scalarLike(other as Value, operand) : operand;

/** An op of two operands, of which at least one is a tensor. */
export const binary = (op: OpDefinition, a: Operand, b: Operand): Value => apply(op, [toValue(a, b), toValue(b, a)]);

/** a + b, broadcast. At least one of the two is a tensor; the same holds for the other ops of two operands. */
export const add = (a: Operand, b: Operand): Value => binary(Add, a, b);
/** a − b, broadcast. */
export const sub = (a: Operand, b: Operand): Value => binary(Sub, a, b);
/** a · b element by element, broadcast. */
export const mul = (a: Operand, b: Operand): Value => binary(Mul, a, b);
/** a ÷ b element by element, broadcast; integers round towards zero. */
export const div = (a: Operand, b: Operand): Value => binary(Div, a, b);
/** a to the power of b, broadcast. */
export const pow = (a: Operand, b: Operand): Value => binary(Pow, a, b);
/** −x. */
export const neg = (x: Value): Value => apply(Neg, [x]);
/** 1 ÷ x. */
export const reciprocal = (x: Value): Value => apply(Reciprocal, [x]);
/** √x. */
export const sqrt = (x: Value): Value => apply(Sqrt, [x]);
/** eˣ. */
export const exp = (x: Value): Value => apply(Exp, [x]);
/** The natural logarithm of x. */
export const log = (x: Value): Value => apply(Log, [x]);
/** |x|; its gradient at 0 is 0. */
export const abs = (x: Value): Value => apply(Abs, [x]);
/** The greater of a and b, broadcast. Where they are equal the gradient is all a's. */
export const maximum = (a: Operand, b: Operand): Value => binary(Max, a, b);
/** The lesser of a and b, broadcast. Where they are equal the gradient is all a's. */
export const minimum = (a: Operand, b: Operand): Value => binary(Min, a, b);

/** As `evaluateElementwise`; integer results are rounded towards zero, and null where one is not finite. */
export function evaluateTruncated(compute: (...operands: readonly number[]) => number): Evaluate {
  return (call) => {
    const dtype = call.op.infer(call)[0]?.dtype;
    if (dtype === undefined || isFloat(dtype)) return evaluateElementwise(compute)(call);
    let finite = true;
    const evaluated = evaluateElementwise((...operands) => {
      const result = compute(...operands);
      finite &&= Number.isFinite(result);
      return finite ? Math.trunc(result) : 0;
    })(call);
    return finite ? evaluated : null;
  };
}

type Evaluate = NonNullable<OpDefinition['evaluate']>;

export const Add: OpDefinition = {
  type: 'Add',
  infer: inferElementwise,
  gradient: (_, [dy]) => [() => dy!, () => dy!],
  evaluate: evaluateElementwise((a, b) => a! + b!),
  samples: {
    'same shape': (random) => {
      const shape = random.shape(3);
      return { inputs: [random.uniform(shape), random.uniform(shape)], build: (a, b) => add(a!, b!) };
    },
    'a row': (random) => ({
      inputs: [random.uniform([3, 4]), random.uniform([4])],
      build: (a, b) => add(a!, b!),
    }),
    'both broadcast': (random) => ({
      inputs: [random.uniform([2, 1, 3]), random.uniform([4, 1])],
      build: (a, b) => add(a!, b!),
    }),
  },
};

export const Sub: OpDefinition = {
  type: 'Sub',
  infer: inferElementwise,
  gradient: (_, [dy]) => [() => dy!, () => neg(dy!)],
  evaluate: evaluateElementwise((a, b) => a! - b!),
  samples: {
    broadcast: (random) => ({
      inputs: [random.uniform([2, 3]), random.uniform([2, 1])],
      build: (a, b) => sub(a!, b!),
    }),
  },
};

export const Mul: OpDefinition = {
  type: 'Mul',
  infer: inferElementwise,
  gradient: ({ inputs: [a, b] }, [dy]) => [() => mul(dy!, b!), () => mul(dy!, a!)],
  evaluate: evaluateElementwise((a, b) => a! * b!),
  samples: {
    broadcast: (random) => ({
      inputs: [random.uniform([2, 1, 3]), random.uniform([4, 1])],
      build: (a, b) => mul(a!, b!),
    }),
    'an operand with itself': (random) => ({
      inputs: [random.uniform(random.shape(2))],
      build: (a) => mul(a!, a!),
    }),
  },
};

export const Div: OpDefinition = {
  type: 'Div',
  infer: inferElementwise,
  gradient: ({ inputs: [, b], outputs: [y] }, [dy]) => [() => div(dy!, b!), () => neg(div(mul(dy!, y!), b!))],
  evaluate: evaluateTruncated((a, b) => a! / b!),
  samples: {
    broadcast: (random) => ({
      inputs: [random.uniform([3, 1]), random.uniform([2, 1, 4], 0.5, 2)],
      build: (a, b) => div(a!, b!),
    }),
  },
};

export const Pow: OpDefinition = {
  type: 'Pow',
  infer: ({ inputs: [a, b], ...call }) =>
    inferElementwise({ ...call, inputs: [a!, b!] }).map(({ shape }) => ({ dtype: a!.dtype, shape })),
  gradient: ({ inputs: [a, b], outputs: [y] }, [dy]) => [
    () => mul(dy!, mul(b!, pow(a!, sub(b!, 1)))),
    () => mul(dy!, mul(y!, log(a!))),
  ],
  evaluate: evaluateTruncated((a, b) => a! ** b!),
  samples: {
    'both differentiated': (random) => ({
      inputs: [random.uniform([3, 2], 0.5, 1.2), random.uniform([2], -2, 2)],
      build: (a, b) => pow(a!, b!),
    }),
    'a square': (random) => ({ inputs: [random.uniform(random.shape(2))], build: (a) => pow(a!, 2) }),
  },
};

export const Neg: OpDefinition = {
  type: 'Neg',
  infer: inferElementwise,
  gradient: (_, [dy]) => [() => neg(dy!)],
  evaluate: evaluateElementwise((x) => -x!),
  samples: { 'any shape': (random) => ({ inputs: [random.uniform(random.shape(2))], build: (x) => neg(x!) }) },
};

export const Reciprocal: OpDefinition = {
  type: 'Reciprocal',
  infer: inferElementwise,
  gradient: ({ outputs: [y] }, [dy]) => [() => neg(mul(dy!, mul(y!, y!)))],
  evaluate: evaluateElementwise((x) => 1 / x!),
  samples: {
    'away from zero': (random) => ({
      inputs: [random.uniform(random.shape(2), 0.5, 2)],
      build: (x) => reciprocal(x!),
    }),
  },
};

export const Sqrt: OpDefinition = {
  type: 'Sqrt',
  infer: inferElementwise,
  gradient: ({ outputs: [y] }, [dy]) => [() => div(mul(dy!, 0.5), y!)],
  evaluate: evaluateElementwise((x) => Math.sqrt(x!)),
  samples: {
    'away from zero': (random) => ({ inputs: [random.uniform(random.shape(2), 0.5, 2)], build: (x) => sqrt(x!) }),
  },
};

export const Exp: OpDefinition = {
  type: 'Exp',
  infer: inferElementwise,
  gradient: ({ outputs: [y] }, [dy]) => [() => mul(dy!, y!)],
  evaluate: evaluateElementwise((x) => Math.exp(x!)),
  samples: { 'any shape': (random) => ({ inputs: [random.uniform(random.shape(2))], build: (x) => exp(x!) }) },
};

export const Log: OpDefinition = {
  type: 'Log',
  infer: inferElementwise,
  gradient: ({ inputs: [x] }, [dy]) => [() => div(dy!, x!)],
  evaluate: evaluateElementwise((x) => Math.log(x!)),
  samples: {
    positive: (random) => ({ inputs: [random.uniform(random.shape(2), 0.5, 2)], build: (x) => log(x!) }),
  },
};

export const Abs: OpDefinition = {
  type: 'Abs',
  infer: inferElementwise,
  gradient: ({ inputs: [x] }, [dy]) => [() => mul(dy!, sign(x!))],
  evaluate: evaluateElementwise((x) => Math.abs(x!)),
  samples: { 'both sides of 0': (random) => ({ inputs: [random.apart(random.shape(2))], build: (x) => abs(x!) }) },
};

/** Where an operand of Max or Min is the result and none before it is: ties go to the first. */
function wins({ inputs, outputs: [y] }: Node, index: number): Value | null {
  const conditions = inputs.slice(0, index).map((earlier) => not(equal(earlier!, y!)));
  if (index < inputs.length - 1) conditions.push(equal(inputs[index]!, y!));
  return conditions.length === 0 ? null : conditions.reduce(and);
}

const gradientOfExtreme: NonNullable<OpDefinition['gradient']> = (node, [dy]) =>
  node.inputs.map((_, index) => () => {
    const condition = wins(node, index);
    return condition === null ? dy! : mul(dy!, indicator(condition, dy!));
  });

const samplesOfExtreme = (op: () => OpDefinition): OpDefinition['samples'] => ({
  broadcast: (random) => ({
    inputs: [random.apart([3, 1]), random.uniform([2, 1, 4], 0.01, 0.1)],
    build: (a, b) => apply(op(), [a!, b!]),
  }),
  'three operands': (random) => {
    const { shape, values, kind } = random.apart([3, 4]);
    const rows = [0, 1, 2].map((row) => ({ kind, shape: shape.slice(1), values: values.slice(4 * row, 4 * row + 4) }));
    return { inputs: rows, build: (a, b, c) => apply(op(), [a!, b!, c!]) };
  },
});

export const Max: OpDefinition = {
  type: 'Max',
  infer: inferElementwise,
  gradient: gradientOfExtreme,
  evaluate: evaluateElementwise(Math.max),
  samples: samplesOfExtreme(() => Max),
};

export const Min: OpDefinition = {
  type: 'Min',
  infer: inferElementwise,
  gradient: gradientOfExtreme,
  evaluate: evaluateElementwise(Math.min),
  samples: samplesOfExtreme(() => Min),
};
