import type { Measure } from './measure.ts';

/** H(q) = −Σ q ln q in nats: the entropy of the model's probabilities. In [0, ln C]. */
export const hardness: Measure = {
  name: 'hardness',
  label: 'Hardness',
  explanation: 'The entropy of the model’s probabilities, in nats: 0 when it is certain.',
  unit: 'nats',
  voice: 'model',
  compute: ({ probabilities }) => probabilities.reduce((sum, q) => (q > 0 ? sum - q * Math.log(q) : sum), 0),
};
