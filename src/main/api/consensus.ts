import { ConflictError } from '../../shared/errors.ts';
import { CONSENSUS_METHODS } from '../analysis/consensus/index.ts';
import { consensusLabels, datasetConsensus, describeMethod, reportConsensus } from '../analysis/consensus.ts';
import { addLabelVersion } from '../library/label-versions.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';
import { labellingAnnotator } from './labels.ts';

export const consensus = {
  methods: api.consensus.methods.handler(() => CONSENSUS_METHODS.map(describeMethod)),
  compute: api.consensus.compute.handler(async ({ input, context: { library } }) =>
    reportConsensus(library, input.datasetId, await datasetConsensus(library, input), input.lowest),
  ),
  save: api.consensus.save.handler(async ({ input, context: { library, events } }) => {
    const { datasetId, name, note, method } = input;
    const found = await datasetConsensus(library, input);
    const report = reportConsensus(library, datasetId, found, 0);
    if (report.decided === 0) {
      throw new ConflictError(found.consensus.problem ?? 'The consensus has no word on any face.', {
        kept: 'No version was made.',
      });
    }
    const version = addLabelVersion(library, {
      datasetId,
      name,
      note,
      source: method,
      annotatorId: labellingAnnotator(library).id,
      faces: consensusLabels(found),
    });
    changed(events, 'labelVersions');
    return { version, report };
  }),
};
