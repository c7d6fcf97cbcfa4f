import { identityRows } from '../prior.ts';
import type { PriorPreset } from './preset.ts';

/** d_k = the class itself: PDLS is then cross-entropy. */
export const oneHot: PriorPreset = {
  name: 'one-hot',
  label: 'One-hot',
  describe: 'every class is itself alone: the loss is then cross-entropy',
  takesShare: false,
  make: (classes) => ({ classes, rows: identityRows(classes.length) }),
};
