import { hardness } from './hardness.ts';
import type { Measure } from './measure.ts';

/** (m·e^{−H(q)} + 1) / 2 with m = 1 where argmax q ≠ y, else −1: in [0, 1], 1 where a certain model contradicts. */
export const mistakenness: Measure = {
  name: 'mistakenness',
  label: 'Mistakenness',
  explanation: 'How likely the label is a mistake: 1 where a certain model contradicts it, 0 where it confirms it.',
  unit: 'ratio',
  voice: 'both',
  compute(input) {
    const { probabilities, label } = input;
    if (label === null) return null;
    const contradicts = probabilities.indexOf(Math.max(...probabilities)) !== label;
    return ((contradicts ? 1 : -1) * Math.exp(-hardness.compute(input)!) + 1) / 2;
  },
};
