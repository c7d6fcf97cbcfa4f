import { UsageError } from '../../../../shared/errors.ts';
import { type Draws, drawsFor } from '../random.ts';
import type { SampledFace, Sampler, SamplingSettings } from './sampler.ts';

export interface Epoch {
  readonly seed: number;
  readonly epoch: number;
}

/**
 * The faces of one epoch as positions in `faces`, as many as there are faces. It follows from the seed and the epoch
 * alone, so that a run goes on at any position of it. Each face comes as often as its share of the weights says, and
 * each class too, rounded up or down. Throws UsageError where no weight is positive or one is negative.
 */
export function epochOrder(
  faces: readonly SampledFace[],
  sampler: Sampler,
  settings: SamplingSettings,
  { seed, epoch }: Epoch,
): Uint32Array {
  const weights = sampler.weights(faces, settings);
  const draws = drawsFor('order', seed, epoch);
  const shuffled = shuffle(Uint32Array.from(faces.keys()), draws);
  const byClass = shuffled.sort((a, b) => faces[a]!.label - faces[b]!.label);
  return shuffle(systematicSample(byClass, weights, draws.uniform()), draws);
}

/** `count` places in an order that follows from the seed and the epoch alone. */
export const shuffledPlaces = (count: number, seed: number, epoch: number): Uint32Array =>
  shuffle(
    Uint32Array.from({ length: count }, (_, place) => place),
    drawsFor('order', seed, epoch),
  );

/** How many times the face at each place of an order has come before in it. */
export function repeatsIn(order: Uint32Array): Uint32Array {
  const seen = new Map<number, number>();
  return order.map((face) => {
    const before = seen.get(face) ?? 0;
    seen.set(face, before + 1);
    return before;
  });
}

/**
 * Lays the weights end to end and takes what lies at n evenly spaced places, the first one `offset` of a space from the
 * start: each item comes as often as its share of n, rounded up or down (systematic sampling).
 */
function systematicSample(items: Uint32Array, weights: Float64Array, offset: number): Uint32Array {
  const total = items.reduce((sum, item) => sum + weights[item]!, 0);
  const isSound = weights.every((weight) => weight >= 0) && (total > 0 || items.length === 0);
  if (!isSound || !Number.isFinite(total)) {
    throw new UsageError('The sampling weights must not be negative, and one must be positive.', {
      field: 'sampling',
      remedy: 'Use a balance of at least 0 and an emphasis of at least -1.',
    });
  }
  const space = total / items.length;
  let at = 0;
  let end = weights[items[0]!] ?? 0;
  return items.map((_, place) => {
    const wanted = (place + offset) * space;
    while (end <= wanted && at < items.length - 1) {
      at += 1;
      end += weights[items[at]!]!;
    }
    return items[at]!;
  });
}

/** Fisher and Yates's shuffle, in place. */
function shuffle(items: Uint32Array, draws: Draws): Uint32Array {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = draws.whole(last);
    const moved = items[last]!;
    items[last] = items[other]!;
    items[other] = moved;
  }
  return items;
}
