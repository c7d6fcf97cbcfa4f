import { compareLabels } from '../library/compare-labels.ts';
import { getDataset } from '../library/datasets.ts';
import { labelLayers } from '../library/label-layers.ts';
import { listLabelVersions, removeLabelVersion, saveLabelVersion } from '../library/label-versions.ts';
import { restoreLabels } from '../library/restore-labels.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';
import { labellingAnnotator } from './labels.ts';

export const labelVersions = {
  layers: api.labelVersions.layers.handler(({ input, context: { library } }) => {
    getDataset(library, input.datasetId);
    return labelLayers(library, input.datasetId);
  }),
  list: api.labelVersions.list.handler(({ input, context }) => listLabelVersions(context.library, input.datasetId)),
  save: api.labelVersions.save.handler(({ input, context: { library, events } }) => {
    const annotatorId = input.annotatorId ?? labellingAnnotator(library).id;
    const version = saveLabelVersion(library, { ...input, annotatorId });
    changed(events, 'labelVersions');
    return version;
  }),
  compare: api.labelVersions.compare.handler(({ input, context }) => compareLabels(context.library, input)),
  restore: api.labelVersions.restore.handler(async ({ input, context: { library, labelWatch } }) => {
    const annotatorId = input.annotatorId ?? labellingAnnotator(library).id;
    const outcome = await restoreLabels(library, { ...input, annotatorId });
    labelWatch.look();
    return outcome;
  }),
  remove: api.labelVersions.remove.handler(({ input, context: { library, events } }) => {
    removeLabelVersion(library, input.datasetId, input.name);
    changed(events, 'labelVersions');
    return input;
  }),
};
