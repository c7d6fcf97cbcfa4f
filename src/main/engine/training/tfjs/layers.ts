import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorData } from '../../onnx/tensor.ts';
import type { Tensorflow } from './load.ts';
import { read } from './tensors.ts';

export interface TensorflowContext {
  readonly tf: Tensorflow;
  /** Every tensor of the parts that are built, by key. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly isTraining: (place: string) => boolean;
  /** Dropout's masks by the names that the graphs give them. */
  readonly masks: ReadonlyMap<string, Tensor>;
  /** Filled while a part is built: new values of running statistics, by key. */
  readonly updates: Map<string, TensorData>;
}

/** A place in the network's tree of names, as `nets/scope.ts` has it, over TensorFlow's tensors. */
export class TensorflowScope {
  readonly #context: TensorflowContext;
  readonly #prefix: string;

  constructor(context: TensorflowContext, prefix = '') {
    this.#context = context;
    this.#prefix = prefix;
  }

  get tf(): Tensorflow {
    return this.#context.tf;
  }

  get training(): boolean {
    return this.#context.isTraining(this.#prefix);
  }

  at(name: string | number): TensorflowScope {
    return new TensorflowScope(this.#context, this.#key(name));
  }

  has(name: string): boolean {
    return this.#context.tensors.has(this.#key(name));
  }

  tensor(name: string): Tensor {
    return this.#context.tensors.get(this.#key(name))!;
  }

  /** A dropout's mask; null where this step has none of that name. */
  mask(name: string): Tensor | null {
    return this.#context.masks.get(`mask.${this.#key(name)}`) ?? null;
  }

  update(name: string, value: Tensor): void {
    this.#context.updates.set(this.#key(name), read(value));
  }

  #key(name: string | number): string {
    return this.#prefix === '' ? String(name) : `${this.#prefix}.${name}`;
  }
}

/**
 * A convolution of N×H×W×C that keeps the size. Weights are stored out×in×h×w, as everywhere here; an image of one
 * channel stands for as many alike as they have.
 */
export function conv2d(scope: TensorflowScope, x: Tensor4D): Tensor4D {
  const { tf } = scope;
  const stored = tf.transpose(scope.tensor('weight'), [2, 3, 1, 0]) as Tensor4D;
  const filter = x.shape[3] === stored.shape[2] ? stored : (tf.sum(stored, 2, true) as Tensor4D);
  return tf.add(tf.conv2d(x, filter, 1, 'same'), scope.tensor('bias'));
}

/** x · weightᵀ + bias of rows; `weight` is out×in. */
export const linear = (scope: TensorflowScope, x: Tensor2D): Tensor2D =>
  scope.tf.add(scope.tf.matMul(x, scope.tensor('weight') as Tensor2D, false, true), scope.tensor('bias'));

const EPSILON = 1e-5;
const MOMENTUM = 0.1;

/** Batch normalisation over the last axis, the same numbers as `nets/layers.ts` has; in training it updates statistics. */
export function batchNorm<X extends Tensor>(scope: TensorflowScope, x: X): X {
  const { tf } = scope;
  const [mean, variance] = [scope.tensor('running_mean'), scope.tensor('running_var')];
  const factorBy = (spread: Tensor): Tensor => tf.mul(scope.tensor('weight'), tf.rsqrt(tf.add(spread, EPSILON)));
  if (!scope.training) {
    const factor = factorBy(variance);
    return tf.add(tf.mul(x, factor), tf.sub(scope.tensor('bias'), tf.mul(mean, factor)));
  }
  const channels = x.shape.at(-1)!;
  const rows = x.size / channels;
  // Sums over rows are quickest as a product, as they are in the ONNX graphs.
  const average = tf.fill([1, rows], 1 / rows) as Tensor2D;
  const averageOf = (values: Tensor): Tensor =>
    tf.reshape(tf.matMul(average, tf.reshape(values, [rows, channels])), [channels]);
  const batchMean = averageOf(x);
  const centred = tf.sub(x, batchMean);
  const batchVariance = averageOf(tf.square(centred));
  const moved = (old: Tensor, found: Tensor, share: number): Tensor =>
    tf.add(tf.mul(old, 1 - MOMENTUM), tf.mul(found, share));
  scope.update('running_mean', moved(mean, batchMean, MOMENTUM));
  scope.update('running_var', moved(variance, batchVariance, (MOMENTUM * rows) / (rows - 1)));
  return tf.add(tf.mul(centred, factorBy(batchVariance)), scope.tensor('bias'));
}
