import type { Measure } from './measure.ts';

/** (q_y − max_{j≠y} q_j + 1) / 2: the label's lead over the best other class (Northcutt et al., 2021). In [0, 1]. */
export const normalisedMargin: Measure = {
  name: 'normalisedMargin',
  label: 'Normalised margin',
  explanation: 'How far the label leads the best other class: 1 surely right, 0.5 a tie, 0 surely wrong.',
  unit: 'ratio',
  voice: 'both',
  compute({ probabilities, label }) {
    const own = label === null ? undefined : probabilities[label];
    if (own === undefined) return null;
    const others = probabilities.filter((_, index) => index !== label);
    return (own - Math.max(...others) + 1) / 2;
  },
};
