import { planFor } from './augmentation/augment.ts';
import { UNCHANGED } from './augmentation/face-plan.ts';
import type { AugmentationAmounts } from './augmentation/index.ts';
import { renderFace } from './augmentation/render.ts';
import type { TrainingSet } from './targets.ts';

/** N faces as a trainer takes them; C classes. */
export interface Batch {
  /** N×1×side×side grey bytes. */
  readonly pixels: Uint8Array;
  /** N×C, each row summing to one. */
  readonly targets: Float32Array;
  /** N×C: the prior's row of each face's label; null without a prior. */
  readonly priorRows: Float32Array | null;
  /** N class weights. */
  readonly weights: Float32Array;
  readonly size: number;
  /** The faces' numbers in the library. */
  readonly ids: readonly number[];
}

/** What faces are given on their way into a batch; C classes in the set's order. */
export interface BatchSettings {
  /** C×C, from `priorTable`. */
  readonly prior: Float32Array | null;
  /** C weights by label. */
  readonly classWeights: Float32Array;
  /** None for validation. */
  readonly augmentation: {
    readonly amounts: AugmentationAmounts;
    readonly seed: number;
    readonly epoch: number;
  } | null;
}

/**
 * The batch of the faces at these positions in the set; `repeats` says how often each came before in its epoch
 * (`repeatsIn`), so that a face met again is augmented anew.
 */
export function makeBatch(
  { side, classes, faces }: TrainingSet,
  { prior, classWeights, augmentation }: BatchSettings,
  positions: Uint32Array,
  repeats?: Uint32Array,
): Batch {
  const size = positions.length;
  const width = classes.length;
  const area = side * side;
  const pixels = new Uint8ClampedArray(size * area);
  const targets = new Float32Array(size * width);
  const priorRows = prior === null ? null : new Float32Array(size * width);
  const weights = new Float32Array(size);
  const ids: number[] = [];
  positions.forEach((position, index) => {
    const face = faces[position]!;
    const meeting = { faceId: face.id, repeat: repeats?.[index] ?? 0 };
    const plan =
      augmentation === null ? UNCHANGED : planFor(augmentation.amounts, side, { ...augmentation, ...meeting });
    renderFace(face.pixels, side, plan, pixels.subarray(index * area, (index + 1) * area));
    targets.set(face.target, index * width);
    if (prior !== null) priorRows!.set(prior.subarray(face.label * width, (face.label + 1) * width), index * width);
    weights[index] = classWeights[face.label]!;
    ids.push(face.id);
  });
  return { pixels: new Uint8Array(pixels.buffer), targets, priorRows, weights, size, ids };
}
