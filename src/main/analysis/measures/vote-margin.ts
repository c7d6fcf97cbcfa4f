import { voteMargin as marginOf } from '../../../shared/vote-spread.ts';
import type { CrowdMeasure } from './measure.ts';

/** p₁ − p₂, the shares of the two classes with most votes. In [0, 1]; null without votes. */
export const voteMargin: CrowdMeasure = {
  name: 'voteMargin',
  label: 'Vote margin',
  explanation: 'The share of the first class less that of the second: 1 where all agree, 0 for a tie.',
  unit: 'ratio',
  compute: marginOf,
};
