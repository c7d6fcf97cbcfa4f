import { analysisActions } from './analysis-matrix.ts';
import { browseActions } from './browse-faces.ts';
import { datasetActions } from './dataset.ts';
import { labelActions } from './labels/index.ts';
import { modelActions } from './models-add.ts';
import { navigationActions } from './navigation.ts';
import { priorActions } from './prior.ts';
import { reviewActions } from './review/index.ts';
import { viewActions } from './view.ts';

/** Every action of the renderer; a new group is one file here and one line below. */
export const actions = [
  ...navigationActions,
  ...priorActions,
  ...datasetActions,
  ...browseActions,
  ...reviewActions,
  ...labelActions,
  ...analysisActions,
  ...modelActions,
  ...viewActions,
] as const;
