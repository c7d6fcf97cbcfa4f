import { type LabelExportRequest, labelExportRequestSchema } from '../../../shared/contract/label-files.ts';
import { getDataset } from '../../library/datasets.ts';
import { exportLabels } from '../../library/label-exports/export-labels.ts';
import type { JobKind } from './job-kind.ts';

/** Writes a dataset's labels into files and results in what was written. */
export const exportLabelsJob = {
  kind: 'export-labels',
  lane: 'disk',
  parametersSchema: labelExportRequestSchema,
  changes: [],
  kept: 'Nothing was written.',
  title: (library, { datasetId, format }) => `Export the labels of ${getDataset(library, datasetId).name} as ${format}`,
  async run({ library, parameters, signal, progress, note }) {
    note({ datasetId: parameters.datasetId });
    return exportLabels(library, parameters, { signal, onProgress: progress });
  },
} as const satisfies JobKind<LabelExportRequest>;
