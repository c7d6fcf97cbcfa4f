import { whatIfFaces } from '../analysis/what-if-faces.ts';
import { api } from './implementer.ts';

export const whatIf = {
  faces: api.whatIf.faces.handler(({ input, context }) => whatIfFaces(context.library, input)),
};
