import { userInfo } from 'node:os';
import type { Annotator, LabelOutcome } from '../../shared/contract/labels.ts';
import { ensureAnnotator, getAnnotator, listAnnotators } from '../library/annotators.ts';
import { annotationsOf, faceLabels } from '../library/current-labels.ts';
import type { Library } from '../library/db.ts';
import { doLabels, redoLabels, undoLabels } from '../library/label-actions.ts';
import { faceHistory, labelHistory } from '../library/label-history.ts';
import { rebuildLabels } from '../library/rebuild-labels.ts';
import { readSettings, writeSettings } from '../library/settings.ts';
import type { BackendContext } from './context.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';

export const labels = {
  annotators: api.labels.annotators.handler(({ context }) => listAnnotators(context.library)),
  annotator: api.labels.annotator.handler(({ context }) => labellingAnnotator(context.library)),
  chooseAnnotator: api.labels.chooseAnnotator.handler(({ input, context }) => choose(context.library, input.name)),
  enterAnnotator: api.labels.enterAnnotator.handler(({ input, context }) =>
    ensureAnnotator(context.library, input.name),
  ),
  faces: api.labels.faces.handler(({ input, context }) => faceLabels(context.library, input.sampleIds)),
  face: api.labels.face.handler(({ input: { sampleId }, context: { library } }) => ({
    state: faceLabels(library, [sampleId])[0]!,
    annotations: annotationsOf(library, sampleId),
    events: faceHistory(library, sampleId),
  })),
  apply: api.labels.apply.handler(({ input, context }) => told(context, doLabels(context.library, input))),
  undo: api.labels.undo.handler(({ input, context }) => told(context, undoLabels(context.library, input.annotatorId))),
  redo: api.labels.redo.handler(({ input, context }) => told(context, redoLabels(context.library, input.annotatorId))),
  history: api.labels.history.handler(({ input, context }) => labelHistory(context.library, input)),
  rebuild: api.labels.rebuild.handler(({ input, context }) => rebuildLabels(context.library, input)),
};

function told({ events, labelWatch }: BackendContext, outcome: LabelOutcome): LabelOutcome {
  labelWatch.look();
  if (outcome.queueId !== null) changed(events, 'queues');
  return outcome;
}

/** Who labels at this library: the one chosen, else the machine's user, who is then chosen. */
export function labellingAnnotator(library: Library): Annotator {
  const { annotatorId } = readSettings(library);
  return annotatorId === null ? choose(library, userName()) : getAnnotator(library, annotatorId);
}

function choose(library: Library, name: string): Annotator {
  const annotator = ensureAnnotator(library, name);
  writeSettings(library, { annotatorId: annotator.id });
  return annotator;
}

/** The machine's user; some systems know no name. */
function userName(): string {
  try {
    return userInfo().username || 'annotator';
  } catch {
    return 'annotator';
  }
}
