import { Undo2 } from '@lucide/vue';
import { useGridLabels } from '../../stores/grid-labels.ts';
import { useReview } from '../../stores/review.ts';
import { isUndo, useToasts } from '../../stores/toasts.ts';
import type { Action, ActionContext } from '../action.ts';

const hasToast = (): boolean => useToasts().toasts.some(isUndo);
const labels = ({ route }: ActionContext): boolean => route.name === 'browse' || route.name === 'review';

/** Takes back the newest choice; on screens without labels, and in Browse first of all, what a notice offers. */
export const undoAction: Action = {
  id: 'undo',
  label: 'Undo',
  group: 'Label',
  keys: ['Z', 'Mod+Z'],
  icon: Undo2,
  when: (context) => labels(context) || hasToast(),
  perform: ({ route }) => {
    if (route.name === 'review') return useReview().undo();
    if (useToasts().performLatest()) return;
    return useGridLabels().undo();
  },
};
