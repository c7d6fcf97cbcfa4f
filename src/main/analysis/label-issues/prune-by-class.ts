import { greatest, type IssueFilter, isConfirmed, placesByLabel, wholeFaces } from './issue-filter.ts';

/**
 * For each label i: as many faces as the joint estimates to be of any other class, those of the least self-confidence
 * q_i (PBC; Northcutt et al., 2021).
 */
export const pruneByClass: IssueFilter<'prune-by-class'> = {
  name: 'prune-by-class',
  label: 'By class',
  explanation: 'For each class, as many faces as are estimated to be mislabelled: those the model believes least.',
  find(faces, noise) {
    const byLabel = placesByLabel(faces);
    const found = new Set<number>();
    noise.estimatedJoint.forEach((row, given) => {
      const wrong = row.reduce((sum, count, truth) => (truth === given ? sum : sum + count), 0);
      const doubt = (place: number): number => -faces.probabilities[place]![given]!;
      for (const place of greatest(byLabel[given]!, doubt, wholeFaces(wrong))) {
        if (!isConfirmed(faces, place)) found.add(place);
      }
    });
    return found;
  },
};
