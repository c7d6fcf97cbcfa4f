import type { PriorPreset } from './preset.ts';

/** 1 − ε on the class, ε spread evenly over all: label smoothing (Szegedy et al., 2016). */
export const uniform: PriorPreset = {
  name: 'uniform',
  label: 'Uniform smoothing',
  describe: 'a share spread evenly over all classes: the loss is then label smoothing',
  takesShare: true,
  make: (classes, share) => ({
    classes,
    rows: classes.map((_, row) =>
      classes.map((__, column) => share / classes.length + (row === column ? 1 - share : 0)),
    ),
  }),
};
