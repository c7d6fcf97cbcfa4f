import { FERPLUS_EMOTIONS } from '../../class-sets.ts';
import { mapPrior } from '../prior.ts';
import type { PriorPreset } from './preset.ts';

/** FERPlus's prior as Vo et al. (2020) publish it, rows and columns in FERPlus class order. */
const ROWS = [
  [0.777334, 0.03261, 0.017447, 0.114091, 0.026224, 0.007145, 0.004379, 0.020772],
  [0.042842, 0.917618, 0.023221, 0.004816, 0.004217, 0.001969, 0.001755, 0.003563],
  [0.058354, 0.035775, 0.787254, 0.01037, 0.014319, 0.003015, 0.088513, 0.0024],
  [0.170124, 0.013292, 0.008632, 0.747902, 0.022808, 0.011237, 0.015923, 0.010082],
  [0.074781, 0.02535, 0.060215, 0.031924, 0.740551, 0.034938, 0.023251, 0.008989],
  [0.08959, 0.017445, 0.016911, 0.088629, 0.125152, 0.620813, 0.007788, 0.033671],
  [0.042815, 0.012239, 0.169483, 0.072557, 0.027228, 0.013045, 0.658964, 0.003671],
  [0.147933, 0.022174, 0.00989, 0.042923, 0.033551, 0.059924, 0.005507, 0.678099],
];

/** Six printed digits a cell; its rows sum to one within 3e-6. */
export const publishedFerplus: PriorPreset = {
  name: 'ferplus-published',
  label: 'FERPlus, published',
  describe: 'the FERPlus votes as Vo et al. (2020) print them; for FERPlus’s eight emotions only',
  takesShare: false,
  make: (classes) => mapPrior({ classes: FERPLUS_EMOTIONS, rows: ROWS }, classes),
};
