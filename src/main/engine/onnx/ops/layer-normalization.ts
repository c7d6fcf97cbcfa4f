import { GraphError } from '../../../../shared/errors.ts';
import { float, int, numberAttribute } from '../attributes.ts';
import { applyMany, type Node, scalarLike, type TensorType, type Value } from '../graph.ts';
import { once } from '../once.ts';
import type { Call, OpDefinition } from '../op.ts';
import { broadcast, isStatic, normaliseAxis, sameShape } from '../shape.ts';
import { elementCount } from '../tensor.ts';
import { add, mul, sub } from './arithmetic.ts';
import { matmul } from './matmul.ts';
import { reduceMean } from './reduce.ts';
import { expand, reshape } from './shaping.ts';
import { cube, inverseDeviation, throughDeviation } from './standardisation.ts';

export interface LayerNormalizationOptions {
  /** The first of the axes that are normalised together; the last one alone when left out. */
  readonly axis?: number;
  readonly epsilon?: number;
}

/** x with mean 0 and variance 1 over its last axes, times `scale`, plus `bias` (Ba et al. 2016). */
export function layerNormalization(
  x: Value,
  scale: Value,
  bias: Value | null = null,
  { axis = -1, epsilon = 1e-5 }: LayerNormalizationOptions = {},
): Value {
  return normalise(bias === null ? [x, scale] : [x, scale, bias], { axis: int(axis), epsilon: float(epsilon) })[0]!;
}

/** Mean and InvStdDev come with every node: the gradient reads them, and a file leaves out what nothing reads. */
const normalise = (operands: Node['inputs'], attributes: Node['attributes']): readonly Value[] =>
  applyMany(LayerNormalization, operands, attributes, 3);

const firstAxisOf = (call: Call): number => normaliseAxis(numberAttribute(call, 'axis', -1), call.inputs[0]!.rank);

/**
 * The mean and 1 ÷ √(variance + ε) of a node's rows, an operand's rank kept. The runtime computes them in float32
 * only, beside the node's result; in other types they are computed here.
 */
function statisticsOf(node: Node): readonly Value[] {
  const [x] = node.inputs;
  if (x!.dtype === 'float32') {
    return (node.outputs.length === 3 ? node.outputs : normalise(node.inputs, node.attributes)).slice(1);
  }
  const first = firstAxisOf(node);
  const axes = x!.shape.flatMap((_, axis) => (axis < first ? [] : [axis]));
  const mean = reduceMean(x!, axes, true);
  const centred = sub(x!, mean);
  return [
    mean,
    inverseDeviation(reduceMean(mul(centred, centred), axes, true), numberAttribute(node, 'epsilon', 1e-5)),
  ];
}

export const LayerNormalization: OpDefinition = {
  type: 'LayerNormalization',
  infer: (call) => {
    const [x, ...affine] = call.inputs;
    const first = firstAxisOf(call);
    const row = x!.shape.slice(first);
    for (const operand of affine) {
      const whole = operand ? broadcast(operand.shape, row) : row;
      if (whole === null || !sameShape(whole, row)) {
        throw new GraphError(`Scale and bias must broadcast to [${row.join(', ')}].`);
      }
    }
    const statistics: TensorType = {
      dtype: numberAttribute(call, 'stash_type', 1) === 11 ? 'float64' : 'float32',
      shape: x!.shape.map((dim, axis) => (axis < first ? dim : 1)),
    };
    return [x!.type!, statistics, statistics].slice(0, call.outputCount);
  },
  gradient: (node, [given, meanCotangent, inverseCotangent]) => {
    const [x, scale] = node.inputs;
    const first = firstAxisOf(node);
    const row = x!.shape.slice(first);
    if (!isStatic(row)) throw new GraphError(`“${x}” must have fixed sizes where it is normalised.`);
    const length = elementCount(row);
    const flat = (value: Value, width: number): Value =>
      row.length === 1 ? value : reshape(value, [...x!.shape.slice(0, first), width]);
    const whole = (value: Value): Value => (row.length === 1 ? value : reshape(value, x!.shape));
    const statistics = once(() => statisticsOf(node).map((value) => flat(value, 1)));
    const centred = once(() => sub(flat(x!, length), statistics()[0]!));
    const dy = given ?? expand(scalarLike(x!, 0), x!.shape);
    const product = once(() => mul(flat(dy, length), centred()));
    return [
      () => {
        const weights = reshape(expand(scale!, row), [length]);
        const inverse = statistics()[1]!;
        const meanProduct = matmul(product(), reshape(mul(weights, 1 / length), [length, 1]));
        const parts = [throughDeviation(mul(flat(dy, length), weights), centred(), inverse, meanProduct)];
        if (meanCotangent) parts.push(mul(flat(meanCotangent, 1), 1 / length));
        if (inverseCotangent) {
          const perRow = mul(cube(inverse), mul(flat(inverseCotangent, 1), -1 / length));
          parts.push(mul(centred(), perRow));
        }
        return whole(parts.reduce(add));
      },
      () => {
        const inverses = reshape(statistics()[1]!, [1, -1]);
        return reshape(matmul(inverses, reshape(product(), [-1, length])), row);
      },
      () => dy,
    ];
  },
  samples: {
    'the last axis': (random) => ({
      inputs: [random.uniform([2, 3, 4]), random.uniform([4], 0.5, 1.5), random.uniform([4])],
      build: (x, scale, bias) => layerNormalization(x!, scale!, bias!),
    }),
    'the last axes together, without a bias': (random) => {
      const axis = random.pick([1, -2]);
      return {
        inputs: [random.uniform([2, 3, 2]), random.uniform([3, 2], 0.5, 1.5)],
        build: (x, scale) => layerNormalization(x!, scale!, null, { axis, epsilon: 1e-2 }),
      };
    },
    'a scale that broadcasts': (random) => ({
      inputs: [random.uniform([2, 2, 3]), random.uniform([2, 1], 0.5, 1.5), random.uniform([3])],
      build: (x, scale, bias) => layerNormalization(x!, scale!, bias!, { axis: 1 }),
    }),
  },
};
