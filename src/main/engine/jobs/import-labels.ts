import { basename } from 'node:path';
import { type LabelImportRequest, labelImportRequestSchema } from '../../../shared/contract/label-files.ts';
import { importLabels } from '../../library/label-imports/import-labels.ts';
import type { JobKind } from './job-kind.ts';

/** Brings others' labels into a dataset as events, all or none, and results in what came. */
export const importLabelsJob = {
  kind: 'import-labels',
  lane: 'disk',
  parametersSchema: labelImportRequestSchema,
  changes: ['samples'],
  kept: 'Nothing was imported, or all of it.',
  title: (_library, { file }) => `Import labels from ${basename(file)}`,
  async run({ library, parameters, signal, progress, note }) {
    note({ datasetId: parameters.datasetId });
    return importLabels(library, parameters, { signal, onProgress: progress });
  },
} as const satisfies JobKind<LabelImportRequest>;
