import type { Measure } from './measure.ts';

/** q_y: the probability the model gives the label (Northcutt et al., Confident Learning, 2021). In [0, 1]. */
export const selfConfidence: Measure = {
  name: 'selfConfidence',
  label: 'Self-confidence',
  explanation: 'The probability the model gives to the label of the crowd.',
  unit: 'ratio',
  voice: 'both',
  compute: ({ probabilities, label }) => (label === null ? null : (probabilities[label] ?? null)),
};
