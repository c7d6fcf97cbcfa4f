import { getDataset } from '../datasets.ts';
import type { Library } from '../db.ts';
import { imageOfSample } from '../images.ts';
import { labelledFaces } from '../label-state.ts';
import { historyRecords } from './history-records.ts';
import type { LabelSource } from './label-export.ts';

/** All of a dataset that an export may write, as it is in one moment. Throws NotFoundError. */
export function labelSource(library: Library, datasetId: number): LabelSource {
  const { name, kind, classes, voteFiles } = getDataset(library, datasetId);
  const { faces, actions } = library.sqlite.transaction(() => ({
    faces: labelledFaces(library, datasetId),
    actions: historyRecords(library, datasetId),
  }))();
  return {
    dataset: name,
    kind,
    classes,
    voteFiles,
    exportedAt: Date.now(),
    faces: () => faces,
    history: () => actions.map(({ record }) => record),
    image: (faceId) => imageOfSample(library, faceId),
  };
}
