import { encode } from 'fast-png';
import { NotFoundError } from '../../shared/errors.ts';
import { planFor } from '../engine/training/augmentation/augment.ts';
import { augmentationPreset } from '../engine/training/augmentation/presets.ts';
import { renderFace } from '../engine/training/augmentation/render.ts';
import { readPixels } from '../engine/training/training-set.ts';
import type { Library } from '../library/db.ts';
import { type ImageAnswer, imageAnswer } from './images.ts';

/** Where previews of augmentation are fetched: the preset, a seed and the face. */
export const AUGMENTED_PATH = /^\/augmented\/([\w-]{1,40})\/(\d{1,9})\/(\d{1,15})$/;

export interface AugmentedRequest {
  readonly preset: string;
  readonly seed: number;
  readonly sampleId: number;
}

/** What a path that matches asks for. */
export const augmentedFrom = ([, preset, seed, sampleId]: RegExpExecArray): AugmentedRequest => ({
  preset: preset!,
  seed: Number(seed),
  sampleId: Number(sampleId),
});

const SIDE = 48;

/**
 * A face as training would meet it under a preset and a seed, a grey PNG of 48×48. Throws UsageError for an unknown
 * preset, NotFoundError where the face cannot be read.
 */
export async function readAugmentedFace(
  library: Library,
  { preset, seed, sampleId }: AugmentedRequest,
): Promise<ImageAnswer> {
  const { amounts } = augmentationPreset(preset);
  const { pixels, unreadable } = await readPixels(library, [sampleId], SIDE);
  if (unreadable.length > 0) throw new NotFoundError(`Face ${sampleId} cannot be read: ${unreadable[0]!.message}`);
  const out = new Uint8ClampedArray(SIDE * SIDE);
  renderFace(pixels, SIDE, planFor(amounts, SIDE, { seed, epoch: 0, faceId: sampleId, repeat: 0 }), out);
  const data = new Uint8Array(out.buffer);
  return imageAnswer(encode({ width: SIDE, height: SIDE, channels: 1, depth: 8, data }), 'image/png');
}
