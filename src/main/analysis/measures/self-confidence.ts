import type { Measure } from './measure.ts';

/** q_y: the probability the model gives the label (Northcutt et al., Confident Learning, 2021). In [0, 1]. */
export const selfConfidence: Measure<'selfConfidence'> = {
  name: 'selfConfidence',
  label: 'Self-confidence',
  explanation: 'The probability the model gives to the label of the crowd.',
  compute: ({ probabilities, label }) => (label === null ? null : (probabilities[label] ?? null)),
};
