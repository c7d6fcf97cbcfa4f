import type { IssueFilter } from './issue-filter.ts';

/** The faces that the confident joint counts off its diagonal (Northcutt et al., 2021). */
export const confidentJoint: IssueFilter<'confident-joint'> = {
  name: 'confident-joint',
  label: 'Confident joint',
  explanation: 'Every face that the model places in another class with at least that class’s usual confidence.',
  find({ labels }, { confidentClass }) {
    const places = [...labels.keys()];
    return new Set(places.filter((place) => confidentClass[place] !== null && confidentClass[place] !== labels[place]));
  },
};
