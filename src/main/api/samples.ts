import { predictionMeasures } from '../analysis/prediction-measures.ts';
import { datasetClasses } from '../library/datasets.ts';
import { getSample } from '../library/samples.ts';
import { api } from './implementer.ts';

export const samples = {
  page: api.samples.page.handler(({ input, context }) => context.views.page(input.query, input.offset, input.limit)),
  facets: api.samples.facets.handler(({ input, context }) => context.views.facets(input.query)),
  locate: api.samples.locate.handler(({ input, context }) => ({
    index: context.views.locate(input.query, input.sampleId),
  })),
  get: api.samples.get.handler(({ input, context }) => {
    const sample = getSample(context.library, input.id, input.runId);
    const { prediction, votes, label } = sample;
    if (prediction === null) return { ...sample, prediction };
    const classes = datasetClasses(context.library, sample.datasetId);
    const measures = predictionMeasures(classes, votes, label, prediction.probabilities);
    return { ...sample, prediction: { ...prediction, measures } };
  }),
};
