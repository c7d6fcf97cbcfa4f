import { labelledFaces, rankIssues } from '../find-label-issues.ts';
import { estimateLabelNoise } from '../label-issues/confident-learning.ts';
import { pruneByNoiseRate } from '../label-issues/prune-by-noise-rate.ts';
import type { Order } from './order.ts';

/** The label issues that confident learning finds among the faces by noise rate, the least believed label first. */
export const labelIssues: Order<'label-issues'> = {
  name: 'label-issues',
  label: 'Label issues',
  explanation: 'Only the faces whose labels confident learning takes for wrong; the least believed label comes first.',
  scoreLabel: 'Doubt in the label',
  needsRun: true,
  rank(candidates, { classIndices }) {
    const split = labelledFaces(
      classIndices,
      candidates.map(({ face }) => face),
    );
    const places = pruneByNoiseRate.find(split.labelled, estimateLabelNoise(split.labelled));
    return rankIssues(split, places, 'selfConfidence').map(({ face, quality }) => ({
      sampleId: face.id,
      score: 1 - quality,
    }));
  },
};
