import { predictionMeasures } from '../analysis/prediction-measures.ts';
import { datasetClasses } from '../library/datasets.ts';
import { findSample } from '../library/find-sample.ts';
import { judgedFaces } from '../library/judged-faces.ts';
import { getRun } from '../library/runs.ts';
import { getSample, tilesOf } from '../library/samples.ts';
import { api } from './implementer.ts';

export const samples = {
  page: api.samples.page.handler(async ({ input, context }) => {
    await context.measuring.readyFor(input.query);
    return context.views.page(input.query, input.offset, input.limit);
  }),
  facets: api.samples.facets.handler(async ({ input, context }) => {
    await context.measuring.readyFor(input.query, input.measures);
    return context.views.facets(input.query, input.measures);
  }),
  locate: api.samples.locate.handler(async ({ input, context }) => {
    await context.measuring.readyFor(input.query);
    return { index: context.views.locate(input.query, input.sampleId) };
  }),
  similar: api.samples.similar.handler(({ input, context }) => {
    const { id } = getSample(context.library, input.id, null);
    const { compared, faces } = context.similar.nearest(getRun(context.library, input.runId).id, id, input.count);
    const tiles = tilesOf(
      context.library,
      faces.map(({ sampleId }) => sampleId),
      input.runId,
    );
    return { compared, faces: faces.map(({ similarity }, index) => ({ similarity, tile: tiles[index]! })) };
  }),
  find: api.samples.find.handler(({ input, context }) => findSample(context.library, input.datasetId, input.key)),
  get: api.samples.get.handler(({ input, context }) => {
    const sample = getSample(context.library, input.id, input.runId);
    const { prediction, datasetId } = sample;
    if (prediction === null) return { ...sample, prediction };
    const [face] = judgedFaces(context.library, datasetId, input.runId, [sample.id]);
    const classes = datasetClasses(context.library, datasetId);
    const measures = predictionMeasures(classes, face!.votes, face!.label, prediction.probabilities);
    return { ...sample, prediction: { ...prediction, measures } };
  }),
};
