import { LABEL_READERS } from '../import/label-files/index.ts';
import { getDataset } from '../library/datasets.ts';
import { labelExportNamed } from '../library/label-exports/export-labels.ts';
import { LABEL_EXPORTS } from '../library/label-exports/index.ts';
import { previewLabels } from '../library/label-imports/import-labels.ts';
import { api } from './implementer.ts';

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
  preview: api.labelFiles.preview.handler(({ input, context }) => previewLabels(context.library, input)),
  import: api.labelFiles.import.handler(({ input, context }) => {
    const { id } = getDataset(context.library, input.datasetId);
    return context.jobs.start('import-labels', input, { datasetId: id });
  }),
};
