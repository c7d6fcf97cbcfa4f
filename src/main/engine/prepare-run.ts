import { mapClasses } from '../../shared/class-sets.ts';
import type { Split } from '../../shared/entities.ts';
import { ClassMappingError, UsageError } from '../../shared/errors.ts';
import { getDataset } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { getModel } from '../library/models.ts';
import { createRun, findSameRun, type RunRecord } from '../library/runs.ts';

export interface RunRequest {
  readonly datasetId: number;
  readonly modelId: number;
  /** The splits to cover; none means all that the dataset has. */
  readonly splits: readonly Split[];
  /** Start afresh, even where the same run exists. */
  readonly again: boolean;
}

/**
 * The run of a model over splits of a dataset: the newest one of the same file, spec and classes, finished or not, or a
 * new one. Throws ClassMappingError naming the model's classes that the dataset lacks, UsageError without any face.
 */
export function prepareRun(library: Library, request: RunRequest): RunRecord {
  const dataset = getDataset(library, request.datasetId);
  const model = getModel(library, request.modelId);
  const present = dataset.splits.filter(({ count }) => count > 0).map(({ split }) => split);
  const splits = request.splits.length === 0 ? present : request.splits;
  if (!splits.some((split) => present.includes(split))) {
    throw new UsageError(`The dataset “${dataset.name}” has no face in ${splits.join(', ') || 'any split'}.`, {
      field: 'splits',
      names: present,
      remedy: present.length === 0 ? 'Import faces first.' : `Choose from: ${present.join(', ')}.`,
    });
  }
  const names = dataset.classes.map(({ name }) => name);
  const { indices, unmapped } = mapClasses(model.spec.classes, names, model.spec.classOverrides);
  if (unmapped.length > 0) {
    throw new ClassMappingError(
      `The dataset “${dataset.name}” has no class for the model’s ${unmapped.join(', ')}; its own are ${names.join(', ')}.`,
      { names: unmapped, remedy: 'Say in the model’s class overrides which dataset class each one is.' },
    );
  }
  const run = {
    datasetId: dataset.id,
    modelId: model.id,
    modelSha256: model.sha256,
    spec: model.spec,
    classIndices: indices,
    splits,
  };
  const same = request.again ? null : findSameRun(library, run);
  return same ?? createRun(library, { ...run, provider: '' });
}
