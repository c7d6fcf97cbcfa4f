import { acceptCrowdAction } from './accept-crowd.ts';
import { acceptModelAction } from './accept-model.ts';
import { notAFaceAction } from './not-a-face.ts';
import { redoAction } from './redo.ts';
import { setClassActions } from './set-class.ts';
import { undoAction } from './undo.ts';
import { unknownAction } from './unknown.ts';

/** What gives faces a label, in Review the face shown, in Browse those selected. A new one is a file and a line. */
export const labelActions = [
  ...setClassActions,
  unknownAction,
  notAFaceAction,
  acceptCrowdAction,
  acceptModelAction,
  undoAction,
  redoAction,
] as const;
