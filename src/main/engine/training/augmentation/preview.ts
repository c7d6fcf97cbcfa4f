import { EngineError } from '../../../../shared/errors.ts';
import type { Library } from '../../../library/db.ts';
import { readPixels } from '../training-set.ts';
import { planFor } from './augment.ts';
import type { AugmentationAmounts } from './index.ts';
import { renderFace } from './render.ts';

export interface PreviewRequest {
  readonly faceId: number;
  readonly side: number;
  readonly amounts: AugmentationAmounts;
  readonly seed: number;
  /** The epoch whose face is shown. */
  readonly epoch: number;
}

/**
 * The side×side grey bytes with which a run of this seed meets a face of the library in an epoch. Throws EngineError
 * where there is no such face, or its image cannot be read.
 */
export async function previewAugmentation(library: Library, request: PreviewRequest): Promise<Uint8Array> {
  const { faceId, side, amounts, seed, epoch } = request;
  const { pixels, unreadable } = await readPixels(library, [faceId], side);
  if (unreadable.length > 0) throw new EngineError(`The face cannot be shown: ${unreadable[0]!.message}`);
  const out = new Uint8ClampedArray(side * side);
  renderFace(pixels, side, planFor(amounts, side, { seed, epoch, faceId, repeat: 0 }), out);
  return new Uint8Array(out.buffer);
}
