import { voteEntropy as entropyOf } from '../../../shared/vote-spread.ts';
import type { CrowdMeasure } from './measure.ts';

/** −Σ p ln p / ln C over all classes of the dataset, unknown and NF included. In [0, 1]; null without votes. */
export const voteEntropy: CrowdMeasure = {
  name: 'voteEntropy',
  label: 'Vote entropy',
  explanation: 'How far the votes are spread: 0 where all agree, 1 where every class has as many.',
  unit: 'ratio',
  compute: entropyOf,
};
