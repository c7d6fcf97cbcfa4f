import { GraphError } from '../../../../shared/errors.ts';
import { float, floats, int, ints, numberAttribute } from '../attributes.ts';
import { constantsOf } from '../elementwise.ts';
import { apply, scalarLike, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { type Dim, isStatic, type Shape } from '../shape.ts';
import { allocate, elementCount, int64List, numbersOf, type TensorData, tensorOf } from '../tensor.ts';
import { mul } from './arithmetic.ts';
import { expand } from './shaping.ts';

/** One number in every place of a tensor of `like`'s type and fixed shape. */
export const filled = (like: Value, number: number): Value => expand(scalarLike(like, number), like.staticShape);

export const Constant: OpDefinition = {
  type: 'Constant',
  infer: (call) => {
    const tensor = tensorFrom(call);
    return [tensor && { dtype: tensor.dtype, shape: tensor.shape }];
  },
  evaluate: (call) => {
    const tensor = tensorFrom(call);
    return tensor && [tensor];
  },
  samples: {
    'a tensor': (random) => {
      const { shape, values } = random.uniform(random.shape(2));
      return {
        inputs: [random.uniform([])],
        build: (x) => {
          const value = { kind: 'tensor', value: tensorOf(x!.dtype, shape, values) } as const;
          return mul(x!, x!.graph.add(Constant, [], { value })[0]!);
        },
      };
    },
    'numbers as attributes': (random) => ({
      inputs: [random.uniform([])],
      build: (x) => {
        const given = {
          value_int: int(3),
          value_ints: ints([1, 2]),
          value_float: float(0.5),
          value_floats: floats([0.5]),
        };
        const held = Object.entries(given).flatMap(([name, value]) => x!.graph.add(Constant, [], { [name]: value }));
        return [x!, ...held];
      },
    }),
  },
};

/** What a Constant holds, under whichever of its attributes; null for strings and sparse tensors. */
function tensorFrom({ attributes }: Pick<Call, 'attributes'>): TensorData | null {
  const { value, value_int, value_ints, value_float, value_floats } = attributes;
  if (value?.kind === 'tensor') return value.value;
  if (value_int?.kind === 'int') return tensorOf('int64', [], [value_int.value]);
  if (value_ints?.kind === 'ints') return int64List(value_ints.value);
  if (value_float?.kind === 'float') return tensorOf('float32', [], [value_float.value]);
  if (value_floats?.kind === 'floats') return tensorOf('float32', [value_floats.value.length], value_floats.value);
  return null;
}

export const ConstantOfShape: OpDefinition = {
  type: 'ConstantOfShape',
  infer: (call) => {
    const shape = call.inputs[0]!.constant;
    return [shape && { dtype: filling(call).dtype, shape: numbersOf(shape) }];
  },
  evaluate: (call) => {
    const shape = call.inputs[0]!.constant;
    const { dtype, data: value } = filling(call);
    if (!shape) return null;
    const dims = numbersOf(shape);
    const data = allocate(dtype, elementCount(dims));
    data.fill(value[0]! as never);
    return [{ dtype, shape: dims, data }];
  },
  samples: {
    zeros: (random) => {
      const shape = random.shape(2);
      return {
        inputs: [random.uniform([])],
        build: (x) => [x!, apply(ConstantOfShape, [x!.graph.constant(int64List(shape))])],
      };
    },
    'a given value': (random) => {
      const shape = random.shape(3);
      return {
        inputs: [random.uniform([])],
        build: (x) => {
          const value = { kind: 'tensor', value: int64List([7]) } as const;
          return [x!, apply(ConstantOfShape, [x!.graph.constant(int64List(shape))], { value })];
        },
      };
    },
  },
};

const ZERO = tensorOf('float32', [1], [0]);

const filling = ({ attributes: { value } }: Call): TensorData => (value?.kind === 'tensor' ? value.value : ZERO);

export const Range: OpDefinition = {
  type: 'Range',
  infer: (call) => {
    const { dtype } = call.inputs[0]!;
    if (call.inputs.some((input) => input!.dtype !== dtype)) throw new GraphError('The operands’ types differ.');
    const count = rangeOf(call)?.count;
    return [count === undefined ? null : { dtype, shape: [count] }];
  },
  evaluate: (call) => {
    const range = rangeOf(call);
    if (range === null) return null;
    const { start, step, count } = range;
    const numbers = Array.from({ length: count }, (_, index) => start + index * step);
    return [tensorOf(call.inputs[0]!.dtype, [count], numbers)];
  },
  samples: {
    upwards: (random) => {
      const limits = [random.integer(-3, 3), random.integer(-3, 9), random.integer(1, 3)];
      return { inputs: [random.uniform([])], build: (x) => [x!, range(x!, limits)] };
    },
    downwards: (random) => {
      const limits = [random.integer(5, 9), random.integer(-3, 3), -2];
      return { inputs: [random.uniform([])], build: (x) => [x!, range(x!, limits)] };
    },
  },
};

const range = ({ graph }: Value, limits: readonly number[]): Value =>
  apply(
    Range,
    limits.map((limit) => graph.scalar('int64', limit)),
  );

function rangeOf(call: Call): { readonly start: number; readonly step: number; readonly count: number } | null {
  const operands = constantsOf(call);
  if (operands === null) return null;
  const [start, limit, step] = operands.map((operand) => numbersOf(operand)[0]!) as [number, number, number];
  if (step === 0) throw new GraphError('The step is 0.');
  return { start, step, count: Math.max(0, Math.ceil((limit - start) / step)) };
}

export const ShapeOf: OpDefinition = {
  type: 'Shape',
  infer: (call) => [{ dtype: 'int64', shape: [dimsOf(call).length] }],
  evaluate: (call) => {
    if (call.inputs[0]!.type === null) return null;
    const dims = dimsOf(call);
    return isStatic(dims) ? [int64List(dims)] : null;
  },
  samples: {
    'all dimensions': (random) => ({
      inputs: [random.uniform(random.shape(random.integer(0, 4)))],
      build: (x) => [x!, apply(ShapeOf, [x!])],
    }),
    'some dimensions': (random) => ({
      inputs: [random.uniform(random.shape(4))],
      build: (x) => [x!, apply(ShapeOf, [x!], { start: int(-3), end: int(random.integer(1, 9)) })],
    }),
  },
};

/** The dimensions from `start` up to `end` (all of them before operator set 15), as `slice` counts. */
const dimsOf = (call: Call): readonly Dim[] => {
  const { shape } = call.inputs[0]!;
  return shape.slice(numberAttribute(call, 'start', 0), numberAttribute(call, 'end', shape.length));
};

export const Size: OpDefinition = {
  type: 'Size',
  infer: () => [{ dtype: 'int64', shape: [] }],
  evaluate: ({ inputs: [x] }) => {
    const shape: Shape | undefined = x!.type?.shape;
    return shape && isStatic(shape) ? [tensorOf('int64', [], [elementCount(shape)])] : null;
  },
  samples: {
    'any shape': (random) => ({
      inputs: [random.uniform(random.shape(random.integer(0, 3)))],
      build: (x) => [x!, apply(Size, [x!])],
    }),
  },
};
