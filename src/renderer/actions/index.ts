import { analysisActions } from './analysis-matrix.ts';
import { browseActions } from './browse-faces.ts';
import { datasetActions } from './dataset.ts';
import { modelActions } from './models-add.ts';
import { navigationActions } from './navigation.ts';
import { viewActions } from './view.ts';

/** Every action of the renderer; a new group is one file here and one line below. */
export const actions = [
  ...navigationActions,
  ...datasetActions,
  ...browseActions,
  ...analysisActions,
  ...modelActions,
  ...viewActions,
] as const;
