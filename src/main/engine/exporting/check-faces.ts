import type { Split } from '../../../shared/entities.ts';
import { EngineError, UsageError } from '../../../shared/errors.ts';
import type { ModelInput } from '../../../shared/model-spec.ts';
import { getDataset } from '../../library/datasets.ts';
import type { Library } from '../../library/db.ts';
import { imageOfSample } from '../../library/images.ts';
import { votesIn } from '../../library/vote-rows.ts';
import { decodeBatch } from '../decode-worker.ts';
import { randomFaces } from '../models/random-faces.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { inputShape } from '../pipeline.ts';

/** A batch that every model is shown in the form that it takes. */
export interface CheckFaces {
  readonly count: number;
  /** Null where the pixels are drawn. */
  readonly dataset: string | null;
  readonly split: Split | null;
  as(input: ModelInput): Promise<TensorData>;
}

const DRAWN = 16;

/** Faces of random bytes, the same every time. */
export const drawnFaces = (count = DRAWN): CheckFaces => ({
  count,
  dataset: null,
  split: null,
  as: async (input) => randomFaces(input, count),
});

/**
 * Faces from all over a split of a dataset, fewer where there are fewer. Throws NotFoundError without the dataset,
 * UsageError where the split is empty, EngineError where an image cannot be read.
 */
export function datasetFaces(
  library: Library,
  { datasetId, split, faces }: { readonly datasetId: number; readonly split: Split; readonly faces: number },
): CheckFaces {
  const dataset = getDataset(library, datasetId);
  const all = votesIn(library, datasetId, [split]).map(({ id }) => id);
  const count = Math.min(faces, all.length);
  if (count === 0) {
    throw new UsageError(`“${dataset.name}” has no faces in ${split}.`, {
      field: 'check.split',
      names: dataset.splits.map((entry) => entry.split),
      remedy: 'Choose another split.',
    });
  }
  const ids = Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!);
  return {
    count,
    dataset: dataset.name,
    split,
    async as(input) {
      const { data, unreadable } = await decodeBatch(ids, input, (id) => imageOfSample(library, id));
      if (unreadable.length === 0) return { dtype: input.dtype, shape: inputShape(input, count), data };
      throw new EngineError(`Face ${unreadable[0]!.sampleId} cannot be read: ${unreadable[0]!.message}`, {
        remedy: 'Put the image files back where they were imported from, or choose another split.',
      });
    },
  };
}
