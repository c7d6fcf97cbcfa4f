import { GraphError } from '../../../shared/errors.ts';
import type { TensorType } from './graph.ts';
import type { Call, OpDefinition } from './op.ts';
import { broadcast, broadcastAxes, isStatic, stridesOf } from './shape.ts';
import { type DType, elementCount, numbersOf, type TensorData, tensorOf } from './tensor.ts';

type Numbers = readonly number[];

/** The shape rule of ops that work element by element: one element type, shapes broadcast. */
export function inferElementwise({ inputs }: Call): readonly TensorType[] {
  const operands = inputs.filter((input) => input !== null);
  const { dtype } = operands[0]!;
  if (operands.some((operand) => operand.dtype !== dtype)) {
    throw new GraphError('The operands’ element types differ; cast one of them.');
  }
  const shape = broadcast(...operands.map((operand) => operand.shape));
  if (shape === null) throw new GraphError('The operands’ shapes do not broadcast.');
  return [{ dtype, shape }];
}

/** The shape rule of ops that keep their first operand's type, whatever the others are. */
export const inferSame = ({ inputs }: Call): readonly TensorType[] => [inputs[0]!.type!];

/** Evaluates an op element by element over constants, broadcasting; the result has the type that `infer` says. */
export function evaluateElementwise(compute: (...operands: Numbers) => number): NonNullable<OpDefinition['evaluate']> {
  return (call) => {
    const tensors = constantsOf(call);
    const type = call.op.infer(call)[0];
    if (tensors === null || !type || !isStatic(type.shape) || !isPlain(type.dtype)) return null;
    const { shape } = type;
    const operands = tensors.map(numbersOf);
    const indices = tensors.map((tensor) => broadcastIndices(tensor.shape, shape));
    const values = Array.from({ length: elementCount(shape) }, (_, at) =>
      compute(...operands.map((numbers, operand) => numbers[indices[operand]!(at)]!)),
    );
    return [tensorOf(type.dtype, shape, values)];
  };
}

/** The operands' numbers; null unless every operand is a constant of a type that plain numbers can stand for. */
export function constantsOf({ inputs }: Call): readonly TensorData[] | null {
  const tensors = inputs.map((input) => input?.constant ?? null);
  return tensors.every((tensor) => tensor !== null && isPlain(tensor.dtype)) ? (tensors as TensorData[]) : null;
}

const isPlain = (dtype: DType): boolean => dtype !== 'float16' && dtype !== 'bfloat16';

/** From the flat index of a broadcast result to the flat index of an operand. */
function broadcastIndices(operand: Numbers, result: Numbers): (index: number) => number {
  const repeated = new Set(broadcastAxes(operand, result));
  const own = stridesOf(operand);
  const shift = result.length - operand.length;
  const wide = stridesOf(result);
  const axes = result.flatMap((dim, axis) =>
    repeated.has(axis) || dim === 1 ? [] : [{ dim, wide: wide[axis]!, own: own[axis - shift]! }],
  );
  return (index) => axes.reduce((sum, axis) => sum + (Math.floor(index / axis.wide) % axis.dim) * axis.own, 0);
}
