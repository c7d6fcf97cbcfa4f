import { GraphError } from '../../../../shared/errors.ts';
import { float, numberAttribute } from '../attributes.ts';
import { apply, type TensorType, type Value } from '../graph.ts';
import { once } from '../once.ts';
import type { Call, OpDefinition } from '../op.ts';
import type { Shape } from '../shape.ts';
import { elementCount } from '../tensor.ts';
import { add, mul, neg, sub } from './arithmetic.ts';
import { reduceMean, reduceSum, reduceSumSquare } from './reduce.ts';
import { reshape } from './shaping.ts';
import { cube, inverseDeviation, throughDeviation } from './standardisation.ts';

export interface NormalizationOptions {
  readonly epsilon?: number;
}

/** Channels (axis 1) with a known mean and variance taken out, times `scale`, plus `bias`, each of C numbers. */
export const batchNormalization = (
  x: Value,
  scale: Value,
  bias: Value,
  mean: Value,
  variance: Value,
  { epsilon = 1e-5 }: NormalizationOptions = {},
): Value => apply(BatchNormalization, [x, scale, bias, mean, variance], { epsilon: float(epsilon) });

export interface BatchTrainingOptions extends NormalizationOptions {
  /** How much of the new running statistics is this batch's, as in PyTorch. */
  readonly momentum?: number;
}

export interface BatchTrainingResult {
  readonly output: Value;
  readonly runningMean: Value;
  readonly runningVariance: Value;
}

/**
 * Batch normalisation by the batch's own biased statistics (Ioffe & Szegedy 2015), and the running ones moved towards
 * the batch's mean and unbiased variance, as PyTorch does. Composed of standard ops, because ONNX Runtime's inference
 * build refuses training_mode. Throws GraphError where a channel has one element.
 */
export function batchNormalizationTraining(
  x: Value,
  scale: Value,
  bias: Value,
  mean: Value,
  variance: Value,
  { epsilon = 1e-5, momentum = 0.1 }: BatchTrainingOptions = {},
): BatchTrainingResult {
  const count = elementCount(x.staticShape) / x.staticShape[1]!;
  if (count < 2) throw new GraphError(`“${x}” has one element a channel: there is no variance to train with.`);
  const batchMean = reduceMean(x, axesButChannels(x));
  const centred = add(x, perChannel(neg(batchMean), x));
  const batchVariance = mul(reduceSumSquare(centred, axesButChannels(x)), 1 / count);
  const factor = mul(scale, inverseDeviation(batchVariance, epsilon));
  return {
    output: add(mul(centred, perChannel(factor, x)), perChannel(bias, x)),
    runningMean: add(mul(mean, 1 - momentum), mul(batchMean, momentum)),
    runningVariance: add(mul(variance, 1 - momentum), mul(batchVariance, (momentum * count) / (count - 1))),
  };
}

/** Each face's channels with mean 0 and variance 1 over the spatial axes, times `scale`, plus `bias`, of C numbers. */
export const instanceNormalization = (
  x: Value,
  scale: Value,
  bias: Value,
  { epsilon = 1e-5 }: NormalizationOptions = {},
): Value => apply(InstanceNormalization, [x, scale, bias], { epsilon: float(epsilon) });

const epsilonOf = (call: Call): number => numberAttribute(call, 'epsilon', 1e-5);

const axesButChannels = (x: Value): readonly number[] => x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));

/** One number a channel, in a shape that broadcasts over x. */
const perChannel = (numbers: Value, x: Value): Value =>
  reshape(numbers, [x.shape[1]!, ...x.shape.slice(2).map(() => 1)]);

function checkChannels([x, ...others]: Call['inputs']): Shape {
  const channels = x!.shape[1];
  if (x!.rank < 2 || others.some((other) => other?.rank !== 1 || other.shape[0] !== channels)) {
    throw new GraphError('All operands but the first must have one number for each of its channels (axis 1).');
  }
  return [channels!];
}

export const BatchNormalization: OpDefinition = {
  type: 'BatchNormalization',
  infer: (call) => {
    const [x] = call.inputs;
    const statistics: TensorType = { dtype: call.inputs[3]!.dtype, shape: checkChannels(call.inputs) };
    return Array.from({ length: call.outputCount }, (_, index) => (index === 0 ? x!.type! : statistics));
  },
  gradient: (node, [dy]) => {
    const [x, scale, , mean, variance] = node.inputs;
    if (numberAttribute(node, 'training_mode', 0) === 1) {
      throw new GraphError(
        'A BatchNormalization with training_mode has no gradient here: export the network in evaluation mode.',
      );
    }
    const inverse = once(() => inverseDeviation(variance!, epsilonOf(node)));
    const factor = once(() => mul(scale!, inverse()));
    const total = once(() => reduceSum(dy!, axesButChannels(x!)));
    const product = once(() => reduceSum(mul(dy!, sub(x!, perChannel(mean!, x!))), axesButChannels(x!)));
    return [
      () => mul(dy!, perChannel(factor(), x!)),
      () => mul(product(), inverse()),
      () => total(),
      () => neg(mul(total(), factor())),
      () => mul(mul(product(), -0.5), mul(scale!, cube(inverse()))),
    ];
  },
  samples: {
    'all operands differentiated': (random) => ({
      inputs: [
        random.uniform([2, 3, 2, 2]),
        random.uniform([3]),
        random.uniform([3]),
        random.uniform([3]),
        random.uniform([3], 0.5, 2),
      ],
      build: (x, scale, bias, mean, variance) => batchNormalization(x!, scale!, bias!, mean!, variance!),
    }),
    'rows of features': (random) => ({
      inputs: [random.uniform([3, 2]), ...[0, 1, 2].map(() => random.uniform([2])), random.uniform([2], 0.5, 2)],
      build: (x, scale, bias, mean, variance) =>
        batchNormalization(x!, scale!, bias!, mean!, variance!, { epsilon: 0.1 }),
    }),
  },
};

export const InstanceNormalization: OpDefinition = {
  type: 'InstanceNormalization',
  infer: ({ inputs }) => {
    checkChannels(inputs);
    return [inputs[0]!.type!];
  },
  gradient: (node, [dy]) => {
    const [x, scale] = node.inputs;
    const [batch, channels] = x!.shape;
    const rows = (value: Value): Value => reshape(value, [batch!, channels!, -1]);
    const mean = (value: Value): Value => reduceMean(value, [-1], true);
    const centred = once(() => sub(rows(x!), mean(rows(x!))));
    const inverse = once(() => inverseDeviation(mean(mul(centred(), centred())), epsilonOf(node)));
    const product = once(() => mul(rows(dy!), centred()));
    return [
      () => {
        const weights = reshape(scale!, [channels!, 1]);
        const along = throughDeviation(rows(dy!), centred(), inverse(), mean(product()));
        return reshape(mul(along, weights), x!.shape);
      },
      () => reduceSum(mul(reduceSum(product(), [2], true), inverse()), [0, 2]),
      () => reduceSum(dy!, axesButChannels(x!)),
    ];
  },
  samples: {
    images: (random) => ({
      inputs: [random.uniform([2, 3, 3, 2]), random.uniform([3]), random.uniform([3])],
      build: (x, scale, bias) => instanceNormalization(x!, scale!, bias!, { epsilon: random.pick([1e-5, 0.1]) }),
    }),
    'one spatial axis': (random) => ({
      inputs: [random.uniform([2, 2, 5]), random.uniform([2]), random.uniform([2])],
      build: (x, scale, bias) => instanceNormalization(x!, scale!, bias!),
    }),
  },
};
