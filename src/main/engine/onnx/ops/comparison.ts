import { GraphError } from '../../../../shared/errors.ts';
import { int, numberAttribute } from '../attributes.ts';
import { evaluateElementwise, inferElementwise, inferSame } from '../elementwise.ts';
import { ELEMENT_TYPES } from '../format/proto.ts';
import { apply, type TensorType, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { broadcast } from '../shape.ts';
import { type DType, isDType, isFloat } from '../tensor.ts';
import { erf } from './activations.ts';
import { binary, div, evaluateTruncated, exp, mul, neg, type Operand, sqrt, sub, toValue } from './arithmetic.ts';

/** Where a = b, as bool; at least one of the two is a tensor; the same holds for the other comparisons. */
export const equal = (a: Operand, b: Operand): Value => binary(Equal, a, b);
/** Where a > b. */
export const greater = (a: Operand, b: Operand): Value => binary(Greater, a, b);
/** Where a ≥ b. */
export const greaterOrEqual = (a: Operand, b: Operand): Value => binary(GreaterOrEqual, a, b);
/** Where a < b. */
export const less = (a: Operand, b: Operand): Value => binary(Less, a, b);
/** Where a ≤ b. */
export const lessOrEqual = (a: Operand, b: Operand): Value => binary(LessOrEqual, a, b);
/** Where both of two bool tensors hold, broadcast. */
export const and = (a: Value, b: Value): Value => apply(And, [a, b]);
/** Where at least one of two bool tensors holds, broadcast. */
export const or = (a: Value, b: Value): Value => apply(Or, [a, b]);
/** Where a bool tensor does not hold. */
export const not = (x: Value): Value => apply(Not, [x]);
/** Where x is not a number. */
export const isNan = (x: Value): Value => apply(IsNaN, [x]);

/** a where `condition` holds, b elsewhere, all three broadcast. At least one of a and b is a tensor. */
export const where = (condition: Value, a: Operand, b: Operand): Value =>
  apply(Where, [condition, toValue(a, b), toValue(b, a)]);

/** x as another element type: floats to integers towards zero, numbers to bool where they are not 0. */
export const cast = (x: Value, dtype: DType): Value =>
  x.dtype === dtype ? x : apply(Cast, [x], { to: int(ELEMENT_TYPES.indexOf(dtype)) });

/**
 * 1 where `condition` holds and 0 elsewhere, of the element type of `like`. Gradients multiply by it rather than use
 * Where, which takes twice the time of both steps on ONNX Runtime's cpu.
 */
export const indicator = (condition: Value, like: Value): Value => cast(condition, like.dtype);

/** −1, 0 or 1. Its gradient is 0, as those of `floor`, `ceil` and `round` are. */
export const sign = (x: Value): Value => apply(Sign, [x]);
/** The greatest whole number that is at most x. */
export const floor = (x: Value): Value => apply(Floor, [x]);
/** The least whole number that is at least x. */
export const ceil = (x: Value): Value => apply(Ceil, [x]);
/** The nearest whole number, halves to the even one. */
export const round = (x: Value): Value => apply(Round, [x]);

/** What is left of a ÷ b: with b's sign for integers (as in Python), with a's sign for floats (as C's fmod). */
export function mod(a: Operand, b: Operand): Value {
  const [left, right] = [toValue(a, b), toValue(b, a)];
  return apply(Mod, [left, right], { fmod: int(isFloat(left.dtype) ? 1 : 0) });
}

const inferComparison = (call: Call): readonly TensorType[] =>
  inferElementwise(call).map(({ shape }) => ({ dtype: 'bool', shape }));

function comparison(
  type: string,
  build: (a: Value, b: Value) => Value,
  holds: (a: number, b: number) => boolean,
): OpDefinition {
  return {
    type,
    infer: inferComparison,
    evaluate: evaluateElementwise((a, b) => Number(holds(a!, b!))),
    samples: {
      floats: (random) => ({
        inputs: [random.apart([3, 4]), random.apart([4])],
        build: (a, b) => build(a!, b!),
      }),
      integers: (random) => ({
        inputs: [random.indices([2, 1, 3], -1, 1), random.indices([2, 3], -1, 1)],
        build: (a, b) => build(a!, b!),
      }),
    },
  };
}

export const Equal = comparison('Equal', equal, (a, b) => a === b);
export const Greater = comparison('Greater', greater, (a, b) => a > b);
export const GreaterOrEqual = comparison('GreaterOrEqual', greaterOrEqual, (a, b) => a >= b);
export const Less = comparison('Less', less, (a, b) => a < b);
export const LessOrEqual = comparison('LessOrEqual', lessOrEqual, (a, b) => a <= b);

function inferLogic(call: Call): readonly TensorType[] {
  if (call.inputs.some((input) => input!.dtype !== 'bool')) throw new GraphError('The operands must be bool.');
  return inferElementwise(call);
}

const logic = (
  type: string,
  build: (a: Value, b: Value) => Value,
  holds: (a: number, b: number) => number,
): OpDefinition => ({
  type,
  infer: inferLogic,
  evaluate: evaluateElementwise((a, b) => holds(a!, b!)),
  samples: {
    broadcast: (random) => ({
      inputs: [random.mask([3, 1]), random.mask([4])],
      build: (a, b) => build(a!, b!),
    }),
  },
});

export const And = logic('And', and, (a, b) => a & b);
export const Or = logic('Or', or, (a, b) => a | b);

export const Not: OpDefinition = {
  type: 'Not',
  infer: inferLogic,
  evaluate: evaluateElementwise((x) => 1 - x!),
  samples: { 'any shape': (random) => ({ inputs: [random.mask(random.shape(2))], build: (x) => not(x!) }) },
};

export const IsNaN: OpDefinition = {
  type: 'IsNaN',
  infer: inferComparison,
  evaluate: evaluateElementwise((x) => Number(Number.isNaN(x!))),
  samples: {
    'a square root of numbers around 0': (random) => ({
      inputs: [random.apart([3, 4])],
      build: (x) => isNan(sqrt(x!)),
    }),
  },
};

export const Where: OpDefinition = {
  type: 'Where',
  infer: ({ inputs: [condition, a, b] }) => {
    if (condition!.dtype !== 'bool') throw new GraphError('The condition must be bool.');
    if (a!.dtype !== b!.dtype) throw new GraphError('The operands’ element types differ; cast one of them.');
    const shape = broadcast(condition!.shape, a!.shape, b!.shape);
    if (shape === null) throw new GraphError('The operands’ shapes do not broadcast.');
    return [{ dtype: a!.dtype, shape }];
  },
  gradient: ({ inputs: [condition] }, [dy]) => [
    null,
    () => mul(dy!, indicator(condition!, dy!)),
    () => mul(dy!, indicator(not(condition!), dy!)),
  ],
  evaluate: evaluateElementwise((condition, a, b) => (condition === 1 ? a! : b!)),
  samples: {
    broadcast: (random) => ({
      inputs: [random.mask([3, 1]), random.uniform([2, 1, 4]), random.uniform([4])],
      build: (condition, a, b) => where(condition!, a!, b!),
    }),
    'a number elsewhere': (random) => ({
      inputs: [random.mask([2, 3]), random.uniform([2, 3])],
      build: (condition, a) => where(condition!, a!, -1),
    }),
  },
};

export const Cast: OpDefinition = {
  type: 'Cast',
  infer: (call) => {
    const dtype = ELEMENT_TYPES[numberAttribute(call, 'to', 0)] ?? '';
    if (!isDType(dtype)) throw new GraphError(`Element type ${numberAttribute(call, 'to', 0)} is not supported.`);
    return [{ dtype, shape: call.inputs[0]!.shape }];
  },
  gradient: ({ inputs: [x] }, [dy]) => [() => cast(dy!, x!.dtype)],
  evaluate: (call) => {
    const truth = call.op.infer(call)[0]?.dtype === 'bool';
    return (truth ? evaluateElementwise((x) => Number(x !== 0)) : evaluateTruncated((x) => x!))(call);
  },
  samples: {
    'to float64 and back': (random) => ({
      inputs: [random.uniform([2, 3])],
      build: (x) => cast(exp(cast(erf(x!), 'float64')), x!.dtype),
    }),
    'to integers': (random) => ({ inputs: [random.uniform([2, 3], -3, 3)], build: (x) => cast(x!, 'int32') }),
    'to bool': (random) => ({ inputs: [random.indices([2, 3], -1, 1)], build: (x) => cast(x!, 'bool') }),
    'from bool': (random) => ({ inputs: [random.mask([2, 3])], build: (x) => cast(x!, 'float32') }),
  },
};

const stepwise = (type: string, build: (x: Value) => Value, compute: (x: number) => number): OpDefinition => ({
  type,
  infer: inferSame,
  gradient: () => [null],
  evaluate: evaluateElementwise((x) => compute(x!)),
  samples: {
    'any shape': (random) => ({ inputs: [random.uniform(random.shape(2), -3, 3)], build: (x) => build(x!) }),
  },
});

export const Sign = stepwise('Sign', sign, Math.sign);
export const Floor = stepwise('Floor', floor, Math.floor);
export const Ceil = stepwise('Ceil', ceil, Math.ceil);
export const Round = stepwise('Round', round, roundHalfToEven);

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export const Mod: OpDefinition = {
  type: 'Mod',
  infer: inferElementwise,
  gradient: ({ inputs: [a, b], outputs: [y] }, [dy]) => [() => dy!, () => neg(mul(dy!, div(sub(a!, y!), b!)))],
  evaluate: (call) => {
    const towardsZero = numberAttribute(call, 'fmod', 0) === 1;
    return evaluateTruncated((a, b) => (towardsZero ? a! % b! : (b! + (a! % b!)) % b!))(call);
  },
  samples: {
    floats: (random) => ({
      inputs: [random.uniform([3, 4], -3, 3), random.uniform([4], 0.5, 2)],
      build: (a, b) => mod(a!, b!),
    }),
    integers: (random) => ({
      inputs: [random.indices([3, 4], -9, 9), random.indices([4], 2, 5)],
      build: (a, b) => mod(a!, b!),
    }),
    'integers by a negative number': (random) => ({
      inputs: [random.indices([3, 4], -9, 9)],
      build: (a) => mod(a!, -4),
    }),
  },
};
