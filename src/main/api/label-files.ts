import type { LabelImportReport } from '../../shared/contract/label-files.ts';
import { runTask } from '../engine/launch.ts';
import { LABEL_READERS } from '../import/label-files/index.ts';
import { getDataset } from '../library/datasets.ts';
import { labelExportNamed } from '../library/label-exports/export-labels.ts';
import { LABEL_EXPORTS } from '../library/label-exports/index.ts';
import { api } from './implementer.ts';

const PREVIEW_MS = 120_000;

export const labelFiles = {
  formats: api.labelFiles.formats.handler(() => ({
    exports: LABEL_EXPORTS.map(({ name, label, explanation, suffix }) => ({ name, label, explanation, suffix })),
    imports: LABEL_READERS.map(({ name, label, layout }) => ({ name, label, explanation: layout })),
  })),
  export: api.labelFiles.export.handler(({ input, context }) => {
    labelExportNamed(input.format);
    const { id } = getDataset(context.library, input.datasetId);
    return context.jobs.start('export-labels', input, { datasetId: id });
  }),
  preview: api.labelFiles.preview.handler(async ({ input, context: { library, engineEntry }, signal }) => {
    getDataset(library, input.datasetId);
    const order = { libraryFile: library.file, request: input };
    return (await runTask(engineEntry, 'preview-labels', order, PREVIEW_MS, signal)) as LabelImportReport;
  }),
  import: api.labelFiles.import.handler(({ input, context }) => {
    const { id } = getDataset(context.library, input.datasetId);
    return context.jobs.start('import-labels', input, { datasetId: id });
  }),
};
