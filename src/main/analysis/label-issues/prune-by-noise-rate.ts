import { greatest, type IssueFilter, isConfirmed, placesByLabel, wholeFaces } from './issue-filter.ts';

/**
 * For each pair of label i and other class j: as many faces labelled i as the joint estimates to be j, those of the
 * greatest margin q_j − q_i (PBNR; Northcutt et al., 2021).
 */
export const pruneByNoiseRate: IssueFilter<'prune-by-noise-rate'> = {
  name: 'prune-by-noise-rate',
  label: 'By noise rate',
  explanation: 'For each pair of classes, as many faces as are estimated to be confused: those of the widest margin.',
  find(faces, noise) {
    const byLabel = placesByLabel(faces);
    const found = new Set<number>();
    noise.estimatedJoint.forEach((row, given) => {
      row.forEach((count, truth) => {
        if (truth === given) return;
        const margin = (place: number): number => {
          const q = faces.probabilities[place]!;
          return q[truth]! - q[given]!;
        };
        for (const place of greatest(byLabel[given]!, margin, wholeFaces(count))) {
          if (!isConfirmed(faces, place)) found.add(place);
        }
      });
    });
    return found;
  },
};
