import type { IssueFilter } from './issue-filter.ts';
import { pruneByClass } from './prune-by-class.ts';
import { pruneByNoiseRate } from './prune-by-noise-rate.ts';

/** The faces that pruning by class and pruning by noise rate agree on (C+NR; Northcutt et al., 2021). */
export const both: IssueFilter<'both'> = {
  name: 'both',
  label: 'Both',
  explanation: 'Only what pruning by class and by noise rate agree on: fewer faces, more of them surely wrong.',
  find(faces, noise) {
    const byClass = pruneByClass.find(faces, noise);
    return new Set([...pruneByNoiseRate.find(faces, noise)].filter((place) => byClass.has(place)));
  },
};
