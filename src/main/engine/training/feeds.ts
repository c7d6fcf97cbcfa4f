import { UsageError } from '../../../shared/errors.ts';
import { type ClassifierConfig, classifier } from '../nets/classifier.ts';
import type { MaskSpec } from '../nets/scope.ts';
import { elementCount, type TensorData, tensorOf } from '../onnx/tensor.ts';
import type { Batch } from './batch.ts';
import type { TrainingPlan, UpdatePlan } from './plan.ts';
import { drawsFor } from './random.ts';
import type { StepSettings } from './trainer.ts';

export type Feeds = Readonly<Record<string, TensorData>>;

/** Of a batch, faces from `start` up to `end`. */
export interface BatchPart {
  readonly start: number;
  readonly end: number;
}

/** A batch in as few parts as there must be for none to have more than `most` faces, their sizes at most one apart. */
export function partsOf(size: number, most: number): readonly BatchPart[] {
  const count = Math.ceil(size / most);
  const startOf = (part: number): number => Math.floor((part * size) / count);
  return Array.from({ length: count }, (_, part) => ({ start: startOf(part), end: startOf(part + 1) }));
}

/** N×C×H×W bytes. Throws UsageError where their count is not that of `size` faces. */
export function pixelsFeed(config: ClassifierConfig, pixels: Uint8Array, size: number): TensorData {
  const shape = [size, ...classifier.inputShape(config)];
  if (pixels.length === elementCount(shape)) return { dtype: 'uint8', shape, data: pixels };
  throw new UsageError(`${pixels.length} pixels are not ${size} faces of ${shape.slice(1).join('×')}.`);
}

/**
 * What a part of a batch is fed as: `shares` are the faces' weights ÷ the whole batch's, so that the parts' losses and
 * gradients add up to the batch's mean. Throws UsageError for a batch that does not fit the network or the loss.
 */
export function batchFeeds(plan: TrainingPlan, batch: Batch, { start, end }: BatchPart): Feeds {
  const { config, loss } = plan;
  const size = end - start;
  const face = elementCount(classifier.inputShape(config));
  const classes = config.num_classes;
  const rows = (numbers: Float32Array, what: string): TensorData => {
    if (numbers.length !== batch.size * classes) {
      throw new UsageError(`The batch’s ${what} are not ${batch.size} rows of ${classes} classes.`);
    }
    const data = numbers.subarray(start * classes, end * classes) as Float32Array;
    return { dtype: 'float32', shape: [size, classes], data };
  };
  if (loss.usesPrior && batch.priorRows === null) throw new UsageError(`The loss ${loss.name} needs a prior.`);
  return {
    pixels: pixelsFeed(config, batch.pixels.subarray(start * face, end * face), size),
    targets: rows(batch.targets, 'targets'),
    ...(loss.usesPrior && { prior: rows(batch.priorRows!, 'prior rows') }),
    shares: tensorOf('float32', [size], sharesOf(batch).slice(start, end)),
  };
}

function sharesOf({ weights, size }: Batch): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length === size && total > 0) return Array.from(weights, (weight) => weight / total);
  throw new UsageError(`The batch’s ${weights.length} class weights, ${total} in all, do not weight ${size} faces.`);
}

/** Masks for one part of a batch, each drawn from the step's seed, its own name and the part's number. */
export function maskFeeds(masks: readonly MaskSpec[], seed: number, part: number): Feeds {
  return Object.fromEntries(
    masks.map(({ name, shape, keep }) => {
      const draws = drawsFor(name, seed, part);
      const draw = (): number => (draws.uniform() < keep ? 1 / keep : 0);
      return [name, tensorOf('float32', shape, Array.from({ length: elementCount(shape) }, draw))];
    }),
  );
}

/** Above any norm of float32 gradients. */
const NO_CLIPPING = Number.POSITIVE_INFINITY;

/** The scalars of a step, counted from 1. Throws UsageError where a trained part has no learning rate. */
export function scalarFeeds(
  { layout, optimizer, optimizerSettings }: UpdatePlan,
  step: number,
  { learningRates, clipNorm }: StepSettings,
  emaDecay = 0,
): Feeds {
  const scalars: Record<string, number> = {
    clip_norm: clipNorm ?? NO_CLIPPING,
    ema_kept: Math.min(emaDecay, (1 + step) / (10 + step)),
  };
  for (const { learningRate: part } of layout.groups) {
    const rate = learningRates[part];
    if (rate === undefined) throw new UsageError(`There is no learning rate for the ${part}.`, { names: [part] });
    scalars[`learning_rate.${part}`] = rate;
  }
  for (const [name, value] of Object.entries(optimizer.coefficients(step, optimizerSettings))) {
    scalars[`coefficient.${name}`] = value;
  }
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, tensorOf('float32', [], [value])]));
}
